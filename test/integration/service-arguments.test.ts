import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AzureService } from "../../src/service.ts";
import { methods } from "../../src/rpc/admit.ts";

type Name = keyof typeof methods;
const names = Object.keys(methods) as Name[];

const service = new AzureService(createExecutionContext(), env);
const refusal = async (name: Name, argument: unknown): Promise<unknown> => {
  const method = service[name] as (this: AzureService, request: unknown) => Promise<unknown>;
  return method.call(service, argument).then(
    () => undefined,
    (error: unknown) => error,
  );
};

/** What each method needs at least. */
const least: Partial<Record<Name, object>> = {
  confirmConnect: { flow: "f" },
  completeConnect: { code: "c", state: "s" },
  listResourceGroups: { subscriptionId: "aaaaaaaa-1111-4000-8000-000000000001" },
  listResources: { subscriptionId: "aaaaaaaa-1111-4000-8000-000000000001" },
};

/** The fields of each method, as its schema knows them. */
const fields = names.flatMap((name) => {
  const { input } = methods[name];
  const { shape } = "shape" in input ? input : input.in;
  return Object.keys(shape).map((field) => [name, field] as const);
});

describe("an odd argument of a sibling's is refused by its name", () => {
  test.each(fields)("%s: %s", async (name, field) => {
    for (const odd of ["\ud800", null, {}, ["\udfff"], true, Number.NaN]) {
      const error = await refusal(name, { userId: "ada", ...least[name], [field]: odd });
      expect([field, odd, error]).toEqual([
        field,
        odd,
        expect.objectContaining({ code: "invalid_request", status: 400 }),
      ]);
      const { details } = error as { details: { field: string } };
      expect(details.field.split(".")[0]).toBe(field);
    }
  });

  test.each(names)("%s, whatever the argument is", async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (argument) => {
        expect(await refusal(name, argument)).toMatchObject({ code: "invalid_request" });
      }),
      { numRuns: 40 },
    );
  });
});
