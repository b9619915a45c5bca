import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directorySearch, kqlSearch } from "../../../src/graph/search.ts";

/** What Graph reads in one quoted text, or undefined when it is none. */
function unquoted(text: string): string | undefined {
  const inner = /^"((?:[^"\\]|\\["\\])*)"$/s.exec(text)?.[1];
  return inner?.replaceAll(/\\(["\\])/g, "$1");
}

describe("kqlSearch", () => {
  it.each([
    ["pizza", '"pizza"'],
    ["  annual report ", '"annual report"'],
    ["from:ada AND received>=2026-11-01", '"from:ada AND received>=2026-11-01"'],
    ['subject:"x y"', String.raw`"subject:\"x y\""`],
    ['"a b" AND from:ada', String.raw`"\"a b\" AND from:ada"`],
    ['"a b" OR "c d"', String.raw`"\"a b\" OR \"c d\""`],
    ['5" disk', String.raw`"5\" disk"`],
    ['12"', String.raw`"12\""`],
    ['"', String.raw`"\""`],
    [String.raw`C:\temp`, String.raw`"C:\\temp"`],
    [String.raw`"ends with\"`, String.raw`"\"ends with\\\""`],
    // As Graph's documentation has it.
    ['"pizza"', '"pizza"'],
    ['"subject:has"', '"subject:has"'],
    [String.raw`"subject:\"x y\""`, String.raw`"subject:\"x y\""`],
  ])("sends %s as one quoted text", (query, sent) => {
    expect(kqlSearch(query)).toBe(sent);
  });

  it("loses no character of any query", () => {
    const query = fc.string({ unit: fc.constantFrom(..."ab \"\\:()'") }).map((text) => text.trim());
    fc.assert(
      fc.property(query, (text) => {
        const sent = kqlSearch(text);
        expect(sent === text || unquoted(sent) === text).toBe(true);
        expect(sent).toMatch(/^"(?:[^"\\]|\\.)*"$/s);
      }),
    );
  });
});

describe("directorySearch", () => {
  it.each([
    ["ada", '"displayName:ada"'],
    ["Ada Lovelace", '"displayName:Ada Lovelace"'],
    ['5" disk', String.raw`"displayName:5\" disk"`],
    [String.raw`contoso\ada`, String.raw`"displayName:contoso\\ada"`],
    ["Lovelace: Ada", '"displayName:Lovelace: Ada"'],
    ["Smith AND Sons", '"displayName:Smith AND Sons"'],
    ["mail:ada OR Smith", '"displayName:mail:ada OR Smith"'],
    ["mail:ada@contoso.example", '"mail:ada@contoso.example"'],
    ["displayName:ada OR mail:ada", '"displayName:ada" OR "mail:ada"'],
    [
      "givenName:ada AND surname:love AND mail:a",
      '"givenName:ada" AND "surname:love" AND "mail:a"',
    ],
    ['displayName:5" disk', String.raw`"displayName:5\" disk"`],
    // Quoted by the caller, as Graph's documentation has it.
    ['"displayName:ada"', '"displayName:ada"'],
    ['"displayName:ada" OR "mail:x"', '"displayName:ada" OR "mail:x"'],
    [
      '"mail:a" AND ("displayName:b" OR "displayName:c")',
      '"mail:a" AND ("displayName:b" OR "displayName:c")',
    ],
    [String.raw`"displayName:5\" disk"`, String.raw`"displayName:5\" disk"`],
    ['"ada"', '"displayName:ada"'],
    ['"ada" OR "mail:grace"', '"displayName:ada" OR "mail:grace"'],
    ['"ada" or "grace"', String.raw`"displayName:\"ada\" or \"grace\""`],
  ])("sends %s as clauses with a property", (query, sent) => {
    expect(directorySearch(query)).toBe(sent);
  });

  it("sends nothing but quoted clauses, each with a property", () => {
    const word = fc.constantFrom("ada", "mail:", " AND ", " OR ", '"', "\\", "(", ")", ": ", " ");
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const sent = directorySearch(words.join(""));
        const outside = sent.replaceAll(/"(?:[^"\\]|\\.)*"/gs, (clause) => {
          expect(clause).toMatch(/^"\w+:/);
          return "";
        });
        expect(outside).toMatch(/^(?:\s|[()]|AND|OR|NOT)*$/);
      }),
    );
  });
});

it("takes a query of a hundred thousand quotes in its stride", () => {
  const quotes = '"a" OR '.repeat(100_000);
  expect(kqlSearch(`${quotes}"`)).toHaveLength(quotes.length + 200_004);
  expect(directorySearch(`${quotes}"`)).toMatch(/^"displayName:/);
});
