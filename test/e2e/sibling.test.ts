import { createTestHarness, type TestHarness } from "wrangler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { handlers, rpcSurface, sealedNames } from "../support/actor-surface.ts";
import { sandboxVariables } from "../support/worker.ts";

const root = new URL("../..", import.meta.url).pathname;
const returnUrl = "https://app.example/done";
const userId = "ada";

let sandbox: SandboxServer;
let harness: TestHarness;

beforeAll(async () => {
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
  harness = createTestHarness({
    root,
    workers: [
      { configPath: "test/support/sibling/wrangler.jsonc" },
      {
        configPath: "wrangler.jsonc",
        vars: sandboxVariables(sandbox),
        bindingOverrides: { AUTH: "sibling" },
      },
    ],
  });
  await harness.listen();
  await harness.getWorker("azure").applyD1Migrations("DB");
  await connect(userId);
});

afterAll(async () => {
  await harness.close();
  await sandbox.close();
});

const outcomeSchema = z.object({
  value: z.unknown().optional(),
  error: z.looseObject({}).optional(),
});

/** Has the sibling do something. @returns what it saw: a value, or an error's own properties */
async function sibling(route: string, body: object) {
  const response = await harness.fetch(route, { method: "POST", body: JSON.stringify(body) });
  return outcomeSchema.parse(await response.json());
}

async function service(method: string, request: object, binding = "AZURE") {
  const outcome = outcomeSchema.parse(
    (await sibling("/service", { binding, method, request })).value,
  );
  return outcome;
}

const startSchema = z.object({ authUrl: z.string(), state: z.string(), expiresAt: z.string() });

/** Starts as a host does, and signs Ada in at Microsoft's page. @returns what comes to the callback */
async function authorize(user: string, options: object = {}): Promise<URLSearchParams> {
  const { value } = await service("beginConnect", { userId: user, returnUrl, ...options });
  const authorizeUrl = new URL(startSchema.parse(value).authUrl);
  authorizeUrl.searchParams.set("sandbox_account", "ada@contoso.example");
  authorizeUrl.searchParams.set("sandbox_decision", "approve");
  const answer = await fetch(authorizeUrl, { redirect: "manual" });
  return new URL(answer.headers.get("location") ?? "").searchParams;
}

async function connect(user: string) {
  const answer = await authorize(user);
  return service("completeConnect", {
    userId: user,
    code: answer.get("code"),
    state: answer.get("state"),
  });
}

async function http(path: string, token: string) {
  const response = await harness.getWorker("azure").fetch(path, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: await response.json() };
}

describe("a sibling bound to the entrypoint AzureService", () => {
  it("completes a sign-in whose callback it took itself", async () => {
    expect(await connect("host-callback")).toMatchObject({
      value: {
        id: "user:host-callback",
        status: "active",
        identity: { upn: "ada@contoso.example" },
      },
    });
  });

  it("confirms a sign-in that our callback took, for the user who began it and no other", async () => {
    const answer = await authorize("confirmed");
    const back = await harness
      .getWorker("azure")
      .fetch(`/callback?${answer}`, { redirect: "manual" });
    const location = new URL(back.headers.get("location") ?? "about:blank");
    expect(location.origin + location.pathname).toBe(returnUrl);
    const flow = location.searchParams.get("flow");
    expect(await service("confirmConnect", { userId: "mallory", flow })).toMatchObject({
      error: { code: "not_found", status: 404 },
    });
    expect(await service("getUser", { userId: "confirmed" })).toMatchObject({
      error: { code: "action_required", remedy: { action: "sign_in" } },
    });
    expect(await service("confirmConnect", { userId: "confirmed", flow })).toMatchObject({
      value: { id: "user:confirmed", status: "active" },
    });
  });

  it("reads what Microsoft shows to the user", async () => {
    expect(await service("getUser", { userId })).toMatchObject({
      value: { displayName: "Ada Lovelace" },
    });
    const mail = await service("getMail", { userId, top: 2 });
    expect(mail).toMatchObject({ value: { data: [{}, {}], nextCursor: expect.any(String) } });
    const { nextCursor: cursor } = z.object({ nextCursor: z.string() }).parse(mail.value);
    const next = await service("getMail", { userId, top: 2, cursor });
    expect(next).toMatchObject({ value: { data: [{}, {}] } });
    expect(next).not.toEqual(mail);
    expect(await service("getCalendarEvents", { userId, top: 1 })).toMatchObject({
      value: { data: [{ subject: expect.any(String) }] },
    });
    expect(await service("listSubscriptions", { userId })).toMatchObject({
      value: { data: [{ displayName: "Contoso Production" }, {}] },
    });
    const subscriptionId = CONTOSO_SUBSCRIPTION;
    expect(await service("listResourceGroups", { userId, subscriptionId })).toMatchObject({
      value: {
        data: expect.arrayContaining([expect.objectContaining({ name: "contoso-production" })]),
      },
    });
    expect(await service("listResources", { userId, subscriptionId, top: 3 })).toMatchObject({
      value: { data: [{ id: expect.any(String) }, {}, {}], nextCursor: expect.any(String) },
    });
  });

  it("asks for a connection, for all of a user's, and ends one", async () => {
    await connect("leaver");
    expect(await service("getConnection", { userId: "leaver" })).toMatchObject({
      value: { id: "user:leaver", status: "active" },
    });
    await expect
      .poll(() => service("listConnections", { userId: "leaver" }), { timeout: 20_000 })
      .toMatchObject({ value: { data: [{ id: "user:leaver", status: "active" }] } });
    expect(await service("disconnect", { userId: "leaver" })).toMatchObject({
      value: { status: "disconnected" },
    });
    expect(await service("getUser", { userId: "leaver" })).toMatchObject({
      error: { code: "action_required", status: 424, remedy: { action: "sign_in" } },
    });
  });

  it("mints a session that opens its user's connection over HTTP", async () => {
    const { value } = await service("createSession", { userId, ttl: 60 });
    const { token } = z.object({ token: z.string(), expiresAt: z.string() }).parse(value);
    expect(await http("/user", token)).toMatchObject({
      status: 200,
      body: { data: { displayName: "Ada Lovelace" } },
    });
    expect(await http("/user?user_id=grace", token)).toMatchObject({ status: 403 });
    expect(await service("createSession", { userId, scopes: ["admin"] })).toMatchObject({
      error: { code: "forbidden", status: 403 },
    });
  });

  it("gets errors that say by code what was wrong", async () => {
    expect(await service("getUser", { userId: "nobody" })).toMatchObject({
      error: { code: "not_found", status: 404, request_id: expect.any(String) },
    });
    expect(await service("getUser", { userId: "no spaces allowed" })).toMatchObject({
      error: { code: "invalid_request", status: 400, details: { field: "userId" } },
    });
    expect(await service("listResourceGroups", { userId })).toMatchObject({
      error: { code: "invalid_request", details: { field: "subscriptionId" } },
    });
  });
});

describe("a sibling whose binding names fewer scopes", () => {
  it("may do what they cover, and gets no stub, which could do all", async () => {
    expect(await service("getUser", { userId }, "READER")).toMatchObject({
      value: { displayName: "Ada Lovelace" },
    });
    const requests = {
      listSubscriptions: { userId },
      disconnect: { userId },
      beginConnect: { userId, returnUrl },
      createSession: { userId },
      connection: { userId },
    };
    for (const [method, request] of Object.entries(requests)) {
      expect({ method, ...(await service(method, request, "READER")) }).toMatchObject({
        method,
        error: { code: "forbidden", status: 403, details: { reason: "missing_scope" } },
      });
    }
  });
});

describe("the stub of a connection, in a sibling's hands", () => {
  const graph = "https://graph.microsoft.com/v1.0/me";
  const arm = "https://management.azure.com/subscriptions?api-version=2022-12-01";

  it("is a fetch signed in as the user", async () => {
    const { value } = await sibling("/fetch", { userId, urls: [graph, arm, graph] });
    expect(value).toMatchObject([
      { status: 200, body: { displayName: "Ada Lovelace" } },
      { status: 200, body: { value: [{ displayName: "Contoso Production" }, {}] } },
      { status: 200 },
    ]);
  });

  it("fetches nothing that is not Microsoft's", async () => {
    const { value } = await sibling("/fetch", {
      userId,
      urls: ["https://evil.example/", "https://graph.microsoft.com.evil.example/v1.0/me"],
    });
    expect(value).toMatchObject([
      { status: 400, body: { error: { code: "invalid_request" } } },
      { status: 400, body: { error: { code: "invalid_request" } } },
    ]);
  });

  it("works without being awaited through the package's helper", async () => {
    const { value } = await sibling("/lazy", { userId, urls: [graph, arm] });
    expect(value).toMatchObject({
      statuses: [200, 200, 200, 200],
      info: { ok: true, value: { id: "user:ada", status: "active" } },
    });
  });

  it("carries the package's Graph and Resource Manager clients over pages", async () => {
    const { value } = await sibling("/clients", {
      userId,
      graphEndpoint: `${sandbox.url}/graph`,
      armEndpoint: `${sandbox.url}/arm`,
    });
    const { subjects, subscriptions } = z
      .object({ subjects: z.array(z.string()), subscriptions: z.array(z.string()) })
      .parse(value);
    expect(subjects).toHaveLength(250);
    expect(subscriptions).toEqual(["Contoso Production", "Contoso Engineering"]);
  });

  it("is a credential of the Azure SDKs", async () => {
    const scope = "https://management.azure.com/.default";
    const { value } = await sibling("/credential", { userId, scope });
    expect(value).toEqual({ parts: 3, ahead: true });
  });

  it("answers every name of its surface", async () => {
    await connect("whole");
    const argumentsOf: Record<string, unknown> = {
      accessToken: { resource: "arm" },
      beginAuthorization: { start: "user" },
      completeAuthorization: { state: "unknown", response: "code=unknown" },
      confirmAuthorization: { flow: "unknown" },
      reconnectRequest: { link: "made up" },
      beginReconnect: { link: "made up", from: "192.0.2.1" },
      beginAccountLink: { link: "made up", from: "192.0.2.1" },
      import: { refreshToken: "unknown" },
    };
    // In an order that ends with what ends it.
    const names = rpcSurface.filter((name) => name !== "disconnect");
    const { value } = await sibling("/stub", {
      userId: "whole",
      calls: [...names, "disconnect"].map((name) => [name, argumentsOf[name] ?? {}]),
    });
    const answered = z.record(z.string(), z.object({ value: z.object({ ok: z.boolean() }) }));
    const oks = Object.entries(answered.parse(value)).map(
      ([name, { value: outcome }]) => [name, outcome.ok] as const,
    );
    expect(Object.fromEntries(oks)).toEqual({
      accessToken: true,
      beginAccountLink: false,
      beginAuthorization: true,
      beginReconnect: false,
      changes: true,
      completeAuthorization: false,
      confirmAuthorization: false,
      connectTenant: false,
      deliveries: true,
      disconnect: true,
      events: true,
      import: false,
      info: true,
      notify: false,
      proposeTenant: false,
      reconnectRequest: false,
      redeliver: false,
      refresh: true,
      restoreTenant: false,
      unwatch: false,
      watch: false,
      watches: true,
    });
  });

  it("refuses every other name of the object, its base classes' and the runtime's included", async () => {
    const names = [...sealedNames, ...handlers.filter((name) => name !== "fetch")];
    const { value } = await sibling("/stub", {
      userId,
      calls: names.map((name) => [name, ["SELECT * FROM access_token"]]),
    });
    const refused = z.record(z.string(), z.object({ error: z.object({ message: z.string() }) }));
    const messages = Object.entries(refused.parse(value)).map(([, { error }]) => error.message);
    expect(messages).toHaveLength(names.length);
    for (const message of messages) {
      expect(message).toMatch(/does not implement|reserved/);
    }
  });

  it("shows no name of the object as a property", async () => {
    const { value } = await sibling("/properties", { userId, names: sealedNames });
    const refused = z.record(z.string(), z.object({ error: z.object({ message: z.string() }) }));
    const messages = Object.entries(refused.parse(value)).map(([, { error }]) => error.message);
    expect(messages).toHaveLength(sealedNames.length);
    for (const message of messages) expect(message).toMatch(/does not implement/);
  });
});

describe("the host application's own token, by the binding AUTH", () => {
  it("is its user's, for reading", async () => {
    expect(await http("/user", "host-token-of-ada")).toMatchObject({
      status: 200,
      body: { data: { displayName: "Ada Lovelace" } },
    });
    expect(await http("/user?user_id=grace", "host-token-of-ada")).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
  });

  it("never carries what no user may have, whatever the host says", async () => {
    expect(
      await http("/connections/user:ada/token?resource=graph", "host-token-of-a-writer"),
    ).toMatchObject({ status: 403, body: { details: { scope: "tokens:read" } } });
    expect(await http("/user", "host-token-of-a-writer")).toMatchObject({
      status: 403,
      body: { details: { scope: "graph:read" } },
    });
  });

  it("is refused when the host does not know it", async () => {
    expect(await http("/user", "host-token-of-nobody")).toMatchObject({
      status: 401,
      body: { code: "unauthenticated" },
    });
  });
});
