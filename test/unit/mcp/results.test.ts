import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { failure } from "../../../src/contract/errors.ts";
import {
  cutAsJson,
  lean,
  listOf,
  listOutput,
  moment,
  mostCharacters,
  tags,
  texts,
  words,
} from "../../../src/mcp/fields.ts";
import { asArgument, errorResult } from "../../../src/mcp/results.ts";
import { addressTexts } from "../../../src/mcp/toolsets/mail-address.ts";

describe("what an item comes to", () => {
  const shape = { name: words, size: z.number().optional(), to: texts, tags };

  test("is always what its shape says, whatever Microsoft sends", () => {
    const schema = z.strictObject(shape);
    const source = fc.dictionary(
      fc.constantFrom("name", "size", "to", "tags", "other"),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(source, (item) => {
        expect(schema.safeParse(lean(shape, item)).success).toBe(true);
      }),
    );
  });

  test("loses one odd field and keeps the others", () => {
    const odd = { name: 7, size: 3, to: null, tags: { a: "b" }, other: 1 };
    expect(lean(shape, odd)).toEqual({ size: 3, tags: { a: "b" } });
  });
});

describe("a list", () => {
  const output = listOutput({ text: words });
  const items = (length: number, size: number) =>
    Array.from({ length }, () => ({ text: "x".repeat(size) }));

  test("goes on by its cursor", () => {
    const made = listOf({ data: items(2, 10), nextCursor: "c" }, (item) => item);
    expect(made).toEqual({ items: items(2, 10), next_cursor: "c" });
  });

  test("that is too long ends early, says how to get the rest, and has no cursor that skips it", () => {
    const made = listOf({ data: items(50, 5_000), nextCursor: "c" }, (item) => item);
    expect(output.strict().safeParse(made).success).toBe(true);
    expect(made).not.toHaveProperty("next_cursor");
    expect(made["hint"]).toMatch(/^Cut after 11 of 50: ask again with top: 11/);
    expect(JSON.stringify(made).length).toBeLessThan(mostCharacters + 500);
  });

  test("whose first item is too long gives what of it fits, so that its reader gets past it", () => {
    const data = [{ id: "1", text: "x".repeat(70_000) }, { id: "2" }];
    const made = listOf({ data, nextCursor: "c" }, (item) => item);
    expect(made).toEqual({
      items: [{ id: "1" }, { id: "2" }],
      next_cursor: "c",
      hint: "Too long to show here, in some items: text.",
    });
  });

  test("leaves out what is no item", () => {
    const data: object[] = JSON.parse('[null, 5, "x", [], { "text": "kept" }]');
    expect(listOf({ data }, (item) => ({ ...item }))).toEqual({ items: [{ text: "kept" }] });
  });
});

describe("a text cut as JSON", () => {
  test.each([
    ["plain", "x"],
    ["of quotes", '"'],
    ["of control characters", "\u0001"],
    ["of pairs of surrogates", "\u{1f600}"],
  ])("fits when it is %s", (_, part) => {
    const made = cutAsJson(part.repeat(5_000), 1_000);
    expect([made.endsWith("…"), made.isWellFormed()]).toEqual([true, true]);
    expect(JSON.stringify(made).length).toBeLessThanOrEqual(1_002);
    expect(JSON.stringify(made).length).toBeGreaterThan(980);
    expect(cutAsJson(part, 1_000)).toBe(part);
  });
});

describe("addresses", () => {
  const person = (place: number) => ({ emailAddress: { address: `p${place}@contoso.example` } });

  test("are the first hundred of many, and how many there are besides", () => {
    const made = addressTexts(Array.from({ length: 1_500 }, (_, place) => person(place)));
    expect([made?.length, made?.at(-1)]).toEqual([101, "and 1400 others"]);
  });

  test.each<[unknown, string[] | undefined]>([
    [[null, 5, "x", {}, { emailAddress: 7 }, person(1)], ["p1@contoso.example"]],
    [[{ emailAddress: { name: 5, address: "a@b.example" } }], ["a@b.example"]],
    [[{ emailAddress: { name: "Ada", address: {} } }], ["Ada"]],
    [{}, undefined],
    ["x", undefined],
    [null, undefined],
  ])("of %j are those that can be read", (sent, made) => {
    expect(addressTexts(JSON.parse(JSON.stringify(sent)))).toEqual(made);
  });
});

describe("a moment", () => {
  test.each<[string, boolean]>([
    ["0001-01-01", true],
    ["9999-12-31T23:59:59Z", true],
    ["0000-06-01", false],
    ["0001-01-01T00:00:00+01:00", false],
    ["9999-12-31T23:59:59-00:01", false],
    ["2026-02-30", false],
  ])("may be %s: %s", (text, fine) => {
    expect(moment.safeParse(text).success).toBe(fine);
  });
});

describe("an error", () => {
  test("says in words what programs read in fields", () => {
    const remedy = {
      action: "consent" as const,
      message: "Allow Files.Read.",
      connect_url: "https://azure.example/reconnect?link=x",
      since: "2026-11-29T00:00:00Z",
    };
    const reason = failure("forbidden", "This needs Files.Read.", { request_id: "r1", remedy });
    const { content, structuredContent, isError } = errorResult(reason, remedy.connect_url);
    expect([isError, structuredContent]).toEqual([
      true,
      { code: "forbidden", status: 403, request_id: "r1", remedy },
    ]);
    expect(content).toEqual([
      {
        type: "text",
        text: [
          "forbidden: This needs Files.Read.",
          "Allow Files.Read.",
          "The person has to open https://azure.example/reconnect?link=x and then ask again.",
        ].join("\n"),
      },
    ]);
  });

  test("of a write whose answer was lost says that it may have happened", () => {
    const reason = failure("upstream_timeout", "Microsoft did not answer.", {
      details: { outcome: "unknown" },
    });
    const { content, structuredContent } = errorResult(reason, undefined);
    expect(structuredContent).toMatchObject({ status: 504, outcome: "unknown" });
    expect(content[0]).toMatchObject({ text: expect.stringContaining("may have happened") });
  });

  test("calls a field as arguments are called", () => {
    const reason = failure("invalid_request", "subscriptionId must be a GUID.", {
      details: { field: "subscriptionId" },
    });
    expect(asArgument(reason)).toMatchObject({
      message: "subscription_id must be a GUID.",
      details: { field: "subscription_id" },
    });
  });
});
