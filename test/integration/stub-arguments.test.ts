import { RpcTarget } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/contract/connection-rpc.ts";
import { rpcSurface } from "../support/actor-surface.ts";
import { actorOf, connected, expectOk, newUser, type Stub } from "./support/connections.ts";

/** Something that stays with its caller. */
class Remote extends RpcTarget {
  get resource(): string {
    return "graph";
  }
}

type Method = (options?: unknown) => Promise<Outcome<unknown>>;

/** A method of the stub, for arguments that its type would not let through. */
const methodOf =
  (stub: Stub, name: string): Method =>
  (options) =>
    (stub as unknown as Record<string, Method>)[name]?.(options) ??
    Promise.reject(new Error(`no ${name}`));

const takeNone = ["info", "deliveries", "disconnect", "watches"];
const takeArguments = rpcSurface.filter((name) => !takeNone.includes(name));
const needArguments = takeArguments.filter(
  (name) => !["refresh", "events", "changes"].includes(name),
);

describe("an argument that is none", () => {
  test.each(needArguments)("is refused by %s when it is not there", async (name) => {
    const { stub } = await connected();
    expect(await methodOf(stub, name)()).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: expect.any(String) } },
    });
  });

  test.each(takeArguments)("is refused by %s, whatever it is", async (name) => {
    const { stub } = await connected();
    const odd = [
      null,
      0,
      Number.NaN,
      "text",
      "\ud800",
      "x".repeat(1_000_000),
      true,
      [],
      [{}],
      () => "called",
      new Remote(),
      { resource: () => "graph", after: () => 1 },
      { state: {}, flow: [], start: "nobody", refreshToken: 1, resource: null, after: "x" },
    ];
    for (const options of odd) {
      const outcome = await methodOf(stub, name)(options);
      expect(outcome).toMatchObject({
        ok: false,
        error: { code: "invalid_request", details: { field: expect.any(String) } },
      });
    }
    expect(expectOk(await stub.info()).status).toBe("active");
  });

  test.each(takeNone)("is not looked at by %s", async (name) => {
    const { stub } = await connected();
    expect(await methodOf(stub, name)({ odd: "\ud800" })).toMatchObject({ ok: true });
  });
});

test("nothing is written for what was refused", async () => {
  const stub = actorOf(`user:${newUser()}`);
  for (const name of takeArguments) await methodOf(stub, name)(null);
  expect(await stub.info()).toMatchObject({ error: { code: "not_found" } });
});

test("no text in any field is our fault", async () => {
  const { stub } = await connected();
  const start = expectOk(await stub.beginAuthorization({ start: "user" }));
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom("", " ", "common", "https://", "code=a&code=b", "error=", "\u0000", "%"),
  );
  const options = fc.record(
    {
      start: fc.constantFrom("user", "server"),
      tenantId: text,
      scopes: fc.array(text, { maxLength: 3 }),
      loginHint: text,
      returnUrl: text,
      redirectUri: text,
      state: fc.oneof(text, fc.constant(start.state)),
      response: text.map((value) => `code=${value}`),
      browserBinding: text,
      confirmed: fc.boolean(),
      flow: text,
      refreshToken: text,
      resource: text,
    },
    { requiredKeys: ["start"], noNullPrototype: true },
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...takeArguments), options, async (name, given) => {
      const outcome = await methodOf(stub, name)(given);
      expect(outcome.ok ? undefined : outcome.error.code).not.toBe("internal_error");
    }),
    { numRuns: 150 },
  );
});

test.each([
  "code=",
  "code=a&code=b",
  "code=a&state=other",
  "code=a&iss=https://evil.example",
  "code=%ED%A0%80",
  "error=",
  "error=access_denied&error=other",
  "error=x&error_description=%00",
  `code=${"x".repeat(10_000)}`,
])(
  "an answer of Microsoft's that is odd ends its flow and is not our fault: %s",
  async (response) => {
    const { stub } = await connected();
    const start = expectOk(await stub.beginAuthorization({ start: "user" }));
    const outcome = await stub.completeAuthorization({
      state: start.state,
      response: response.replace("state=", `state=${start.state}&state=`),
      browserBinding: start.browserBinding ?? "",
    });
    const { code } = outcome.ok
      ? { code: "error" in outcome.value ? outcome.value.error.code : "connected" }
      : outcome.error;
    expect(["invalid_request", "forbidden", "action_required"]).toContain(code);
    expect(expectOk(await stub.info()).status).toBe("active");
  },
);
