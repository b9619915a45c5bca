import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { routesOf, type Operation } from "../../../src/api/operation.ts";
import type { Caller } from "../../../src/callers/caller.ts";
import { snakeCase } from "../../../src/contract/field-name.ts";
import { AzureError } from "../../../src/contract/errors.ts";
import { scopes } from "../../../src/contract/scope.ts";
import { isOwn, queryFields, readInput } from "../../../src/front/http-input.ts";
import { operations } from "../../../src/operations/index.ts";
import { admitOperation } from "../../../src/rpc/admit.ts";

const sibling: Caller = { kind: "sibling", id: "parity", scopes: new Set(scopes) };

/** What a door made of a request: the input, or the words of its refusal. */
type Verdict = { input: string } | { field: string; sentence: string };

function verdictOf(operation: Operation, read: () => Record<string, unknown>): Verdict {
  try {
    return { input: JSON.stringify(read()) };
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
    const field = String(error.details?.field);
    // The doors differ in how a field is written, and in nothing else.
    const [first = "", ...rest] = field.split(".");
    const own = Object.keys(operation.input).find((name) => name === first);
    const written = own === undefined ? first : snakeCase(own);
    return {
      field: [written, ...rest].join("."),
      sentence: error.message.slice(error.message.indexOf(field) + field.length),
    };
  }
}

/** Texts that any field may come with, good ones and bad ones. */
const words = [
  "",
  "a",
  "inbox",
  "25",
  "0",
  "101",
  "-1",
  "1.5",
  "1e3",
  " 7",
  "2022-12-01",
  "2022-12-01-preview",
  "yesterday",
  "2026-11-01T00:00:00Z",
  "aaaaaaaa-1111-4000-8000-000000000001",
  "not-a-guid",
  "active",
  "graph",
  "x".repeat(300),
  "x".repeat(9_000),
  "ünï",
  "user:42",
];
const word = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 40 }));

const served = operations
  .map(({ operation }) => operation)
  .filter(({ over }) => over.includes("http") && over.includes("rpc"));

describe("HTTP and RPC read the same input", () => {
  test.each(served.map((operation) => [operation.name, operation] as const))(
    "of %s",
    (_, operation) => {
      for (const route of routesOf(operation)) {
        const inPath = [...route.params].filter(([name]) => !isOwn(operation, route, name));
        const inQuery = Object.keys(queryFields(operation, route));
        const inBody =
          operation.body === "rest"
            ? Object.keys(operation.input).filter(
                (name) => ![...route.params.values()].includes(name),
              )
            : [];
        const value = (names: readonly string[]) =>
          fc.record(Object.fromEntries(names.map((name) => [name, word])), { requiredKeys: [] });
        const bodyValue = fc.record(
          Object.fromEntries(inBody.map((name) => [name, fc.oneof(word, fc.jsonValue())])),
          { requiredKeys: [] },
        );
        const path = fc.record(
          Object.fromEntries(
            inPath.map(([, field]) => [field, word.filter((text) => text !== "")]),
          ),
        );
        fc.assert(
          fc.property(
            path,
            value(inQuery),
            bodyValue,
            fc.boolean(),
            (params, query, body, stray) => {
              const extra = stray ? { stray_field: "x" } : {};
              const sent = operation.body === "rest" ? { ...body, ...extra } : body;
              const asked = operation.body === "rest" ? query : { ...query, ...extra };
              const overHttp = verdictOf(operation, () =>
                readInput(operation, route, {
                  params: Object.fromEntries(
                    inPath.map(([name, field]) => [name, String(params[field])]),
                  ),
                  query: Object.fromEntries(
                    Object.entries(asked).map(([name, text]) => [snakeCase(name), [String(text)]]),
                  ),
                  body: Object.fromEntries(
                    Object.entries(sent).map(([name, held]) => [snakeCase(name), held]),
                  ),
                }),
              );
              const owner = operation.on === "connection" ? { userId: "ada" } : {};
              const overRpc = verdictOf(
                operation,
                () =>
                  admitOperation(sibling, operation, { ...owner, ...params, ...asked, ...sent })
                    .input,
              );
              const named = (verdict: Verdict): Verdict =>
                "field" in verdict
                  ? { ...verdict, field: inPathName(verdict.field, inPath) }
                  : verdict;
              expect(named(overHttp)).toEqual(named(overRpc));
            },
          ),
          { numRuns: 200 },
        );
      }
    },
  );

  test("and there are operations to compare", () => {
    expect(served.length).toBeGreaterThanOrEqual(12);
    expect(
      served.every(({ input }) => Object.values(input).every((type) => type instanceof z.ZodType)),
    ).toBe(true);
  });
});

/** A field of the path is called as it is in the path. */
const inPathName = (field: string, inPath: readonly (readonly [string, string])[]): string =>
  inPath.find(([name, own]) => name === field || snakeCase(own) === field)?.[0] ?? field;
