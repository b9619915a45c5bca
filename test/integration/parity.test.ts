import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { routesOf, type Operation, type OperationRoute } from "../../src/api/operation.ts";
import { snakeCase } from "../../src/contract/field-name.ts";
import { scopes } from "../../src/contract/scope.ts";
import { placeOf } from "../../src/front/http-input.ts";
import { operations } from "../../src/operations/index.ts";
import { methods } from "../../src/rpc/admit.ts";
import { AzureService } from "../../src/service.ts";
import { inputsOf, partsOf, refusalOf, type Input } from "../support/operation-requests.ts";
import { asAll, inEnvironment, json } from "./support/http.ts";

/** The whole Worker, asked for the same over HTTP and over RPC: it answers alike, to the word. */

/** A connection that takes whatever gets through to it. */
const value = { id: "user:ada", authUrl: "https://login.example/", state: "s", expiresAt: "" };
const willing = {
  // A list of Graph and ARM, rows of Resource Graph, and an item at once.
  fetch: async () => Response.json({ value: [], data: [], id: "x" }),
  info: async () => ({ ok: true, value }),
  disconnect: async () => ({ ok: true, value }),
  watch: async () => ({ ok: true, value }),
  unwatch: async () => ({ ok: true, value }),
  watches: async () => ({ ok: true, value: [] }),
  changes: async () => ({ ok: true, value: { changes: [] } }),
  beginAuthorization: async () => ({ ok: true, value }),
  confirmAuthorization: async () => ({ ok: true, value }),
};
// The limit is no part of what is compared here.
const change = { AZURE_CONNECTION: { getByName: () => willing }, RATE_LIMIT: undefined };

/** How a request ended: `done`, or the code, the field and the words of its refusal. */
type Verdict = "done" | { code: unknown; field: string; sentence: string };

interface Refusal {
  code?: unknown;
  message: string;
  details?: { field?: string };
}

const base = "https://azure.example";

/** The request over HTTP, as any client would write it. */
function requestOf(operation: Operation, route: OperationRoute, input: Input): Request {
  const { params, query, body } = partsOf(operation, route, input);
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? "user:ada"),
  );
  const url = new URL(`${base}${path}`);
  for (const [name, text] of Object.entries(query)) url.searchParams.set(name, text);
  if (placeOf(operation, route) === "query") url.searchParams.set("user_id", "ada");
  const init = body === undefined ? { method: route.method } : json(route.method, body);
  return new Request(url, asAll(init));
}

async function overHttp(
  request: Request,
  verdict: (refusal: Refusal) => Verdict,
): Promise<Verdict> {
  const response = await inEnvironment(change, request.url, request);
  if (response.ok) return "done";
  const { error, ...refusal } = await response.json<Refusal & { error: string }>();
  return verdict({ ...refusal, message: error });
}

const context = createExecutionContext();
Object.assign(context, { props: { caller: "parity", scopes: [...scopes] } });
const service = new AzureService(context, { ...env, ...change } as unknown as typeof env);

async function overRpc(
  method: string,
  request: Input,
  verdict: (refusal: Refusal) => Verdict,
): Promise<Verdict> {
  const call = Reflect.get(service, method) as (request: Input) => Promise<unknown>;
  return call.call(service, request).then(
    () => "done",
    (error: unknown) => verdict(error as Refusal),
  );
}

/** Both kinds of verdict were among them, so that agreeing says something. */
function bothIn(verdicts: readonly Verdict[], admitted: unknown = "done"): void {
  expect(verdicts).toContainEqual(admitted);
  expect(verdicts).toContainEqual(expect.objectContaining({ code: "invalid_request" }));
}

/** Operations on what an input has to name, and no generated one does: it is admitted, and not found. */
const ofNothingThere: ReadonlySet<string> = new Set(["revokeMcpGrant", "completeMcpSignIn"]);
const notFound: unknown = expect.objectContaining({ code: "not_found" });

const rows = operations
  .map(({ operation }) => operation)
  .filter(({ over }) => over.includes("http") && over.includes("rpc"))
  .flatMap((operation) =>
    routesOf(operation).map((route) => [operation.name, route.path, operation, route] as const),
  );

test("siblings have a method for every operation that says rpc, and no other", () => {
  const served = operations.flatMap(({ operation: { name, over } }) =>
    over.includes("rpc") ? [name] : [],
  );
  const own = Object.getOwnPropertyNames(AzureService.prototype);
  expect(own.toSorted()).toEqual(["constructor", ...Object.keys(methods), ...served].toSorted());
});

describe("HTTP and RPC answer alike", () => {
  test.each(rows)("to %s at %s", async (name, _, operation, route) => {
    const verdicts: Verdict[] = [];
    const verdictAt =
      (door: "http" | "rpc") =>
      (refusal: Refusal): Verdict => ({
        code: refusal.code,
        ...refusalOf(refusal, { door, operation, route }),
      });
    // Whose connection it is about is the same in every request.
    const fixed = {
      ...(Object.hasOwn(operation.input, "userId") && { userId: "ada" }),
    };
    const inputs = inputsOf(operation, route, fixed);
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const owner = operation.on === "connection" ? { userId: "ada" } : {};
        const rpc = await overRpc(name, { ...owner, ...input }, verdictAt("rpc"));
        const http = await overHttp(requestOf(operation, route, input), verdictAt("http"));
        verdicts.push(rpc);
        expect(http).toEqual(rpc);
      }),
      { numRuns: 40 },
    );
    bothIn(verdicts, ofNothingThere.has(name) ? notFound : "done");
  });

  const returnUrl = "https://app.example/done";
  /** A sign-in is no operation: its fields, and what they may be sent. */
  const signIn: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    tenantId: fc.constantFrom(
      "common",
      "contoso.example",
      "aaaaaaaa-0000-4000-8000-00000000000a",
      "consumers",
      " common",
      "a/b",
      "..",
      "no tenant",
      "",
      "x",
      "é.example",
    ),
    scopes: fc.array(
      fc.constantFrom(
        "Mail.Send",
        "https://vault.azure.net/.default",
        'a"b',
        "a\\b",
        "é",
        "a\tb",
        ...[511, 512, 513].map((length) => "s".repeat(length)),
      ),
      { maxLength: 3 },
    ),
    loginHint: fc.constantFrom("ada@contoso.example", "", "x".repeat(320), "x".repeat(321)),
    prompt: fc.constantFrom("login", "none", "consent", "create", "", "Login"),
  };

  test.each(Object.keys(signIn))("to a sign-in with any %s", async (field) => {
    const verdicts: Verdict[] = [];
    // A list is one text in a query, and so has no places there.
    const verdictAt =
      (nameOf: (field: string) => string) =>
      ({ code, details }: Refusal): Verdict => ({
        code,
        field: nameOf(details?.field?.split(".")[0] ?? ""),
        sentence: "",
      });
    await fc.assert(
      fc.asyncProperty(signIn[field] ?? fc.constant(undefined), async (one) => {
        const url = new URL(`${base}/connect?user_id=ada`);
        url.searchParams.set("return_url", returnUrl);
        url.searchParams.set(snakeCase(field), Array.isArray(one) ? one.join(" ") : String(one));
        const rpc = await overRpc(
          "beginConnect",
          { userId: "ada", returnUrl, [field]: one },
          verdictAt(snakeCase),
        );
        verdicts.push(rpc);
        const http = await overHttp(
          new Request(url, asAll()),
          verdictAt((name) => name),
        );
        expect(http).toEqual(rpc);
      }),
      { numRuns: 40 },
    );
    bothIn(verdicts);
  });
});
