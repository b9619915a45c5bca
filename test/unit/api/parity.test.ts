import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routesOf } from "../../../src/api/operation.ts";
import type { Caller } from "../../../src/callers/caller.ts";
import { AzureError } from "../../../src/contract/errors.ts";
import { scopes } from "../../../src/contract/scope.ts";
import { readInput } from "../../../src/front/http-input.ts";
import { operations } from "../../../src/operations/index.ts";
import { admitOperation } from "../../../src/rpc/admit.ts";
import { inputsOf, partsOf, refusalOf, type Refused } from "../../support/operation-requests.ts";

/** What the two doors make of one input; that they do it on every route is an integration test. */

const sibling: Caller = { kind: "sibling", id: "parity", scopes: new Set(scopes) };

const isSome = (count: number): boolean => count > 0;

type Verdict = { input: unknown } | { field: string; sentence: string };

function verdictOf(read: () => Record<string, unknown>, refused: Refused): Verdict {
  try {
    return { input: read() };
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
    return refusalOf(error, refused);
  }
}

const rows = operations
  .map(({ operation }) => operation)
  .filter(({ over }) => over.includes("http") && over.includes("rpc"))
  .flatMap((operation) =>
    routesOf(operation).map((route) => [operation.name, route.path, operation, route] as const),
  );

describe("HTTP and RPC read the same input, or refuse it in the same words,", () => {
  test.each(rows)("of %s at %s", (_, __, operation, route) => {
    const read = { accepted: 0, refused: 0 };
    // Whose connection it is about is the same in every request.
    const fixed = { ...(Object.hasOwn(operation.input, "userId") && { userId: "ada" }) };
    fc.assert(
      fc.property(inputsOf(operation, route, fixed), (input) => {
        const overHttp = verdictOf(
          () => readInput(operation, route, partsOf(operation, route, input)),
          { door: "http", operation, route },
        );
        const owner = operation.on === "connection" ? { userId: "ada" } : {};
        const overRpc = verdictOf(
          () => admitOperation(sibling, operation, { ...owner, ...input }).input,
          { door: "rpc", operation, route },
        );
        read["input" in overRpc ? "accepted" : "refused"] += 1;
        expect(overHttp).toEqual(overRpc);
      }),
      { numRuns: 200 },
    );
    // Both kinds were among them, so that agreeing says something.
    expect(read).toEqual({ accepted: expect.toSatisfy(isSome), refused: expect.toSatisfy(isSome) });
  });
});
