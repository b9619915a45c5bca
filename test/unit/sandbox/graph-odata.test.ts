import { describe, expect, it } from "vitest";
import { objectionTo } from "../../sandbox/graph/odata/filter-check.ts";
import { pathsOf } from "../../sandbox/graph/odata/filter-expression.ts";
import { matches } from "../../sandbox/graph/odata/filter-match.ts";
import { parseFilter } from "../../sandbox/graph/odata/filter-parser.ts";
import { isInefficient, parseOrder, sortBy } from "../../sandbox/graph/odata/order.ts";
import { pageAt, pageSize, preferredPageSize } from "../../sandbox/graph/odata/page.ts";
import type { EntitySchema } from "../../sandbox/graph/odata/schema.ts";
import { parseSearch, satisfies, wordsBegin } from "../../sandbox/graph/odata/search.ts";
import { parseSelect, project } from "../../sandbox/graph/odata/select.ts";

const schema: EntitySchema = {
  name: "microsoft.graph.thing",
  properties: {
    name: "string",
    size: "number",
    read: "boolean",
    at: "dateTime",
    from: "complex",
    "from/address": "string",
    tags: "collection",
    people: "collection",
    "people/address": "string",
  },
  navigations: { parts: true },
};

const thing = {
  name: "O'Hara's Engine",
  size: 7,
  read: false,
  at: "2026-11-02T08:30:00Z",
  from: { address: "mary@example.com" },
  tags: ["Blue", "Red"],
  people: [{ address: "a@example.com" }, { address: "b@example.com" }],
  nothing: null,
};

const holds = (filter: string) => {
  const parsed = parseFilter(filter);
  return parsed.ok ? matches(parsed.value, thing) : parsed.error;
};

describe("A $filter", () => {
  it.each([
    ["name eq 'O''Hara''s Engine'", true],
    ["name eq 'o''hara''s engine'", true],
    ["name ne 'x'", true],
    ["size gt 6 and size lt 8", true],
    ["size ge 8 or size le 7", true],
    ["size eq 8 or size eq 7 and read eq true", false],
    ["(size eq 8 or size eq 7) and read eq false", true],
    ["not (size eq 7)", false],
    ["not startswith(name,'O')", false],
    ["read eq false", true],
    ["read", false],
    ["at ge 2026-11-02T09:30:00+01:00", true],
    ["at lt 2026-11-02", false],
    ["from/address eq 'mary@example.com'", true],
    ["from/nobody eq null", true],
    ["from/address ne null", true],
    ["from eq null", false],
    ["from ne null", true],
    ["nothing eq null", true],
    ["people ne null", true],
    ["startswith(name,'o''ha')", true],
    ["endswith(name,'engine')", true],
    ["contains(name,'HARA')", true],
    ["contains(name,'HARA') eq false", false],
    ["contains(name,'HARA') ne false", true],
    ["contains(name,'HARA') ne true", false],
    ["size in (1, 7)", true],
    ["name in ('a','b')", false],
    ["tags/any(t:t eq 'red')", true],
    ["people/any(p:p/address eq 'b@example.com')", true],
    ["people/all(p:startswith(p/address,'a'))", false],
    // Operands in parentheses, and names in any letter case.
    ["(name) eq 'x'", false],
    ["((size)) ge (7)", true],
    ["(from/address) eq 'MARY@example.com' and (size gt 1)", true],
    ["contains((name),('hara'))", true],
    ["(size) in ((1), 7)", true],
    ["not ((read))", true],
    ["people/any(p:(p/address) eq 'b@example.com')", true],
    ["SIZE ge 7 and contains(NAME,'hara')", true],
    ["people/any(p:p/ADDRESS eq 'b@example.com')", true],
  ])("%s is %s", (filter, expected) => {
    expect(holds(filter)).toBe(expected);
  });

  it.each([
    ["name eq", "Syntax error at position 7"],
    ["name eq 'x", "unterminated string literal"],
    ["name eq 'x' and", "Syntax error at position 15"],
    ["name eq x", "Syntax error at position 8"],
    ["(name eq 'x'", "Syntax error at position 12"],
    ["(name eq 'x') eq 'y'", "Syntax error at position 14"],
    ["((name) eq 'x'", "Syntax error at position 14"],
    ["(name eq) 'x'", "Syntax error at position 8"],
    ["() eq 'x'", "Syntax error at position 1"],
    ["name ~ 'x'", "character '~' is not valid at position 5"],
    ["reverse(name) eq 'x'", "unknown function with name 'reverse'"],
    ["at ge 2026-13-45", "Unrecognized 'Edm.DateTimeOffset' literal '2026-13-45' at '6'"],
    ["at ge 2026-02-30T00:00:00Z", "Unrecognized 'Edm.DateTimeOffset' literal"],
    ["at ge 2026-01-01T25:00:00Z", "Unrecognized 'Edm.DateTimeOffset' literal"],
  ])("%s does not parse", (filter, problem) => {
    expect(holds(filter)).toContain(problem);
  });

  it("may nest hundreds of times, but not thousands", () => {
    const nested = (times: number) => `${"(".repeat(times)}read${")".repeat(times)}`;
    expect(holds(nested(700))).toBe(false);
    expect(holds(nested(9000))).toBe("Recursion depth exceeded allowed limit.");
    expect(holds(`${"not ".repeat(9000)}read`)).toBe("Recursion depth exceeded allowed limit.");
  });

  it.each([
    ["colour eq 'x'", "Could not find a property named 'colour' on type 'microsoft.graph.thing'."],
    ["from/colour eq 'x'", "Could not find a property named 'colour'"],
    [
      "at ge '2026-11-02'",
      "'Edm.DateTimeOffset' and 'Edm.String' for operator kind 'GreaterThanOrEqual'",
    ],
    ["read eq 'false'", "'Edm.Boolean' and 'Edm.String' for operator kind 'Equal'"],
    ["size in ('7')", "'Edm.Int32' and 'Edm.String'"],
    ["name eq 'x' and contains(colour,'x')", "named 'colour'"],
    ["SIZE eq 'seven'", "'Edm.Int32' and 'Edm.String' for operator kind 'Equal'"],
    ["(READ) eq 'false'", "'Edm.Boolean' and 'Edm.String'"],
    ["name", "must evaluate to a single boolean value"],
    ["read and not name", "must evaluate to a single boolean value"],
    ["tags/any(t:t)", "must evaluate to a single boolean value"],
    ["contains(at,'2026')", "No function signature for the function with name 'contains'"],
    ["startswith(READ,'f')", "No function signature for the function with name 'startswith'"],
    ["people/any(p:contains(p,'a'))", "No function signature"],
    ["name/any(n:n eq 'x')", "Any/All may only be used following a collection."],
    ["nobody/any(n:n eq 'x')", "Could not find a property named 'nobody'"],
    ["people/any(p:p/colour eq 'x')", "Could not find a property named 'colour'"],
    ["people/any(p:p/address eq 5)", "'Edm.String' and 'Edm.Int32'"],
    ["tags/any(t:t eq 5)", "'Edm.String' and 'Edm.Int32'"],
    ["parts/any(p:p/name eq 'x')", "The sandbox filters by no relationship: 'parts'."],
  ])("%s parses but does not fit the type", (filter, objection) => {
    const parsed = parseFilter(filter);
    expect(parsed.ok && objectionTo(parsed.value, schema)).toContain(objection);
  });

  it.each([
    "people/any(p:p/address eq 'x') and size eq null",
    "PEOPLE/all(p:startswith(p/ADDRESS,'x')) or tags/any(t:contains(t,'x'))",
    "people/any(p:p/address eq 'x' and tags/any(t:t eq 'y'))",
  ])("reads a lambda's variable as an item of its collection: %s", (filter) => {
    const parsed = parseFilter(filter);
    expect(parsed.ok && objectionTo(parsed.value, schema)).toBeUndefined();
  });
});

describe("An $orderby", () => {
  const things = [
    { name: "b", size: 1 },
    { name: "A", size: 2 },
    { name: "c", size: 1 },
    { name: null, size: 3 },
  ];

  it.each([
    ["name", [null, "A", "b", "c"]],
    ["name desc", ["c", "b", "A", null]],
    ["size,name desc", ["c", "b", "A", null]],
    ["size desc, name asc", [null, "A", "b", "c"]],
    ["SIZE,Name desc", ["c", "b", "A", null]],
  ])("%s sorts", (text, expected) => {
    const parsed = parseOrder(text, schema);
    expect(parsed.ok && sortBy(things, parsed.value).map(({ name }) => name)).toEqual(expected);
  });

  it.each(["name down", "name desc desc", "colour", "from", "name,people"])(
    "%s is refused",
    (text) => {
      expect(parseOrder(text, schema).ok).toBe(false);
    },
  );

  it.each([
    ["at ge 2026-01-01", "at desc", false],
    ["at ge 2026-01-01 and at lt 2027-01-01 and name eq 'x'", "at", false],
    ["at ge 2026-01-01 and name eq 'x'", "at,name", false],
    ["AT ge 2026-01-01 and Name eq 'x'", "at,NAME", false],
    ["name eq 'x'", "at", true],
    ["name eq 'x' and at ge 2026-01-01", "at", true],
    ["at ge 2026-01-01 and name eq 'x'", "name,at", true],
  ])("with the filter %s and the order %s Exchange gives up: %s", (filter, order, expected) => {
    const parsed = parseFilter(filter);
    const orderings = parseOrder(order, schema);
    const verdict =
      parsed.ok && orderings.ok && isInefficient(pathsOf(parsed.value), orderings.value);
    expect([parsed.ok, orderings.ok, verdict]).toEqual([true, true, expected]);
  });
});

describe("A $select", () => {
  it("keeps annotations, what is named and what the service always sends", () => {
    const entity = { "@odata.etag": "e", id: "1", name: "n", size: 2 };
    expect(project(entity, ["name"], ["id"])).toEqual({ "@odata.etag": "e", id: "1", name: "n" });
    expect(project(entity, ["name"])).toEqual({ "@odata.etag": "e", name: "n" });
    expect(project(entity, undefined)).toEqual(entity);
  });

  it("names only properties of the type", () => {
    expect(parseSelect("name, size", schema)).toEqual({ ok: true, value: ["name", "size"] });
    expect(parseSelect("NAME,Size", schema)).toEqual({ ok: true, value: ["name", "size"] });
    expect(parseSelect("name,colour", schema).ok).toBe(false);
  });

  it("may name a relationship, which it does not bring", () => {
    expect(parseSelect("name,PARTS", schema)).toEqual({ ok: true, value: ["name", "parts"] });
  });

  it("chooses within a complex value, and within each of a collection", () => {
    expect(project({ ...thing, from: { address: "a", name: "n" } }, ["from/address"])).toEqual({
      from: { address: "a" },
    });
    const people = [{ address: "a", name: "n" }, { address: "b" }];
    expect(project({ people }, ["people/address"])).toEqual({
      people: [{ address: "a" }, { address: "b" }],
    });
    expect(project({ people }, ["people/address", "people"])).toEqual({ people });
  });
});

describe("A page", () => {
  it.each([
    ["unasked, the usual size", { top: null }, 10],
    ["as $top says", { top: "50" }, 50],
    ["as Prefer says", { top: null, prefer: 'odata.maxpagesize=7, IdType="ImmutableId"' }, 7],
    ["the smaller of $top and Prefer", { top: "50", prefer: "odata.maxpagesize=7" }, 7],
    ["as the setting says", { top: null, setting: 3 }, 3],
    ["$top before the setting", { top: "50", setting: 3 }, 50],
  ])("is %s", (_, sizes, expected) => {
    const sized = pageSize({ usual: 10, most: 1000, setting: null, ...sizes });
    expect(sized).toEqual({ ok: true, value: expected });
  });

  it.each(["0", "-1", "1001", "ten", ""])("refuses $top=%s", (top) => {
    expect(pageSize({ top, usual: 10, most: 1000, setting: null })).toEqual({
      ok: false,
      error: top,
    });
  });

  it("has a next one exactly while items are left", () => {
    expect(pageAt([1, 2, 3], 0, 2)).toEqual({ items: [1, 2], next: 2 });
    expect(pageAt([1, 2, 3], 2, 2)).toEqual({ items: [3] });
    expect(pageAt([1, 2], 0, 2)).toEqual({ items: [1, 2] });
    expect(pageAt([1, 2], 9, 2)).toEqual({ items: [] });
  });

  it("ignores a Prefer of zero", () => {
    expect(preferredPageSize("odata.maxpagesize=0")).toBeUndefined();
  });
});

describe("A $search of the directory", () => {
  const name = "Ada Lovelace";
  const found = (text: string) => {
    const parsed = parseSearch(text);
    return parsed.ok && satisfies(parsed.value, (clause) => wordsBegin(name, clause.text));
  };

  it.each([
    ['"displayName:ada"', true],
    ['"displayName:love"', true],
    ['"displayName:ovel"', false],
    ['"ada" AND "displayName:love"', true],
    ['"grace" OR "ada"', true],
    ['"grace" AND "ada"', false],
  ])("%s finds Ada: %s", (text, expected) => {
    expect(found(text)).toBe(expected);
  });

  it.each(["displayName:ada", '"ada" OR', ""])("%s lacks its quotes", (text) => {
    expect(parseSearch(text).ok).toBe(false);
  });
});
