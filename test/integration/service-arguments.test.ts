import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AzureService } from "../../src/service.ts";
import { scopes } from "../../src/contract/scope.ts";
import { operations } from "../../src/operations/index.ts";
import { methods } from "../../src/rpc/admit.ts";

const rpcOperations = operations
  .map(({ operation }) => operation)
  .filter(({ over }) => over.includes("rpc"));

const sibling = new AzureService(createExecutionContext(), env);
// Whoever lacks a scope hears of that first.
const context = createExecutionContext();
Object.assign(context, { props: { caller: "administrator", scopes } });
const administrator = new AzureService(context, env);

const refusal = async (
  name: string,
  argument: unknown,
  service: AzureService = sibling,
): Promise<unknown> => {
  const method = service[name as "disconnect"] as (request: unknown) => Promise<unknown>;
  return method.call(service, argument).then(
    () => undefined,
    (error: unknown) => error,
  );
};

/** What each method needs at least. */
const least: Readonly<Record<string, object>> = {
  confirmConnect: { flow: "f" },
  completeConnect: { code: "c", state: "s" },
  watch: { resource: "me/events", changeTypes: ["created"] },
  unwatch: { watchId: "w" },
  listResourceGroups: { subscriptionId: "aaaaaaaa-1111-4000-8000-000000000001" },
  queryResources: { query: "Resources" },
  listResources: { subscriptionId: "aaaaaaaa-1111-4000-8000-000000000001" },
};

/** The fields of each method, as its schema knows them. */
const fields = [
  ...Object.values(methods).flatMap(({ name, input }) =>
    Object.keys(input.shape).map((field) => [name, field] as const),
  ),
  ...rpcOperations.flatMap(({ name, on, input }) =>
    [...(on === "connection" ? ["userId", "label"] : []), ...Object.keys(input)].map(
      (field) => [name, field] as const,
    ),
  ),
];
const names = [...new Set(fields.map(([name]) => name))];

describe("an odd argument of a sibling's is refused by its name", () => {
  test.each(fields)("%s: %s", async (name, field) => {
    for (const odd of ["\ud800", null, {}, ["\udfff"], true, Number.NaN]) {
      // The fields that are a yes or no.
      if (["catchUp", "includeData"].includes(field) && odd === true) continue;
      const argument = { userId: "ada", ...least[name], [field]: odd };
      const error = await refusal(name, argument, administrator);
      // Half a character in a report ends the run: JSON writes it as what it is.
      const told = JSON.stringify({ [field]: odd });
      expect([told, error]).toEqual([
        told,
        expect.objectContaining({ code: "invalid_request", status: 400 }),
      ]);
      const { details } = error as { details: { field: string } };
      expect(details.field.split(".")[0]).toBe(field);
    }
  });

  test.each(names)("%s, whatever the argument is", async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (argument) => {
        // Without a user all connections are asked for, which takes an administrator.
        const code = expect.stringMatching(/^(?:invalid_request|forbidden)$/);
        expect(await refusal(name, argument)).toMatchObject({ code });
      }),
      { numRuns: 40 },
    );
  });
});
