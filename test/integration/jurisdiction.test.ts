import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { mintTicket } from "../../src/callers/ticket.ts";
import { signState } from "../../src/connection/grant/authorization-state.ts";
import { reconnectUrl } from "../../src/connection/grant/reconnect-link.ts";
import type { Scope } from "../../src/contract/scope.ts";
import { AzureService } from "../../src/service.ts";
import { runWatchdog } from "../../src/watchdog/watchdog.ts";
import { asAll, connectedUser, inEnvironment, json } from "./support/http.ts";
import { recordLog } from "./support/log-lines.ts";
import { PlacedNamespace } from "./support/placed-namespace.ts";

/** Every way to a connection, its object, and where that is looked for. */

const sessionSecret = [env.SESSION_SECRET] as const;
const subscription = "aaaaaaaa-1111-4000-8000-000000000001";
const account = { tenantId: "t", objectId: "o" };

let user: Awaited<ReturnType<typeof connectedUser>>;
let namespace: PlacedNamespace;

/** What the directory says of where the connections are; it holds the row of one at least. */
const marked = async (jurisdiction: string | undefined): Promise<void> => {
  await env.DB.exec("DELETE FROM placement");
  if (jurisdiction === undefined) return;
  await env.DB.prepare("INSERT INTO placement (id, jurisdiction) VALUES (1, ?)")
    .bind(jurisdiction)
    .run();
};

beforeAll(async () => {
  user = await connectedUser();
  await vi.waitUntil(
    async () => (await env.DB.prepare("SELECT 1 FROM oauth_connections").first()) !== null,
  );
});
beforeEach(() => {
  namespace = new PlacedNamespace((id) => env.AZURE_CONNECTION.getByName(id));
});

type Change = Readonly<Record<string, unknown>>;
const inNamespace = (change: Change): Change => ({
  AZURE_CONNECTION: namespace.bound(),
  ...change,
});

/** What a way came to: `reached`, or the code and variable that refused it. */
async function answered(work: Promise<Response>): Promise<string> {
  const response = await work;
  const text = await response.text();
  response.webSocket?.accept();
  response.webSocket?.close();
  if (response.status !== 503) return "reached";
  return text.includes("AZURE_JURISDICTION") ? "refused" : text;
}
async function settled(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: { code: string; status: number; details?: { variable?: string } }) => reason,
  );
  return error?.details?.variable === "AZURE_JURISDICTION" && error.status === 503
    ? "refused"
    : "reached";
}

const over =
  (path: string, init: RequestInit = {}) =>
  (change: Change) =>
    answered(inEnvironment(change, path, init));
const rpc = (work: (service: AzureService) => Promise<unknown>) => (change: Change) =>
  settled(work(new AzureService(createExecutionContext(), { ...env, ...change })));
const upgrade = { upgrade: "websocket", connection: "upgrade" };

const ways: readonly [string, (change: Change) => Promise<string>][] = [
  ["an operation", (change) => over(`/user?${user.who}`, asAll())(change)],
  [
    "an operation of Resource Manager",
    (change) => over(`/subscriptions/${subscription}?${user.who}`, asAll())(change),
  ],
  [
    "a batch",
    (change) =>
      over(
        `/batch?${user.who}`,
        asAll(json("POST", { requests: [{ id: "1", method: "GET", url: "/me" }] })),
      )(change),
  ],
  ["a file", (change) => over(`/files/content?path=a.txt&${user.who}`, asAll())(change)],
  [
    "an upload",
    (change) =>
      over(`/files/content?path=a.txt&${user.who}`, asAll({ method: "PUT", body: "a" }))(change),
  ],
  [
    "the gateway of Graph",
    (change) =>
      over("/graph/v1.0/me", asAll({ headers: { "x-azure-connection": user.id } }))(change),
  ],
  [
    "the gateway of Resource Manager",
    (change) =>
      over(
        "/arm/subscriptions?api-version=2022-12-01",
        asAll({ headers: { "x-azure-connection": user.id } }),
      )(change),
  ],
  ["a connection's status", (change) => over(`/connections/${user.id}`, asAll())(change)],
  [
    "a connection's token",
    (change) => over(`/connections/${user.id}/token?resource=graph`, asAll())(change),
  ],
  [
    "a connection's restore",
    (change) => over(`/connections/${user.id}/restore`, asAll({ method: "POST" }))(change),
  ],
  [
    "an import",
    (change) =>
      over(
        "/connections",
        asAll(
          json("POST", { user_id: user.userId, tenant_id: "organizations", refresh_token: "r" }),
        ),
      )(change),
  ],
  [
    "the start of a sign-in",
    (change) => over(`/connect?return_url=https://app.example/&${user.who}`, asAll())(change),
  ],
  [
    "a callback",
    async (change) => {
      const state = await signState(sessionSecret, "connect", user.id);
      return over(`/callback?code=c&state=${state}`)(change);
    },
  ],
  ["a reconnect link", (change) => over(reconnectLink())(change)],
  [
    "the button of a reconnect link",
    (change) =>
      over(reconnectLink(), { method: "POST", headers: { "sec-fetch-site": "same-origin" } })(
        change,
      ),
  ],
  [
    "a socket by a credential",
    (change) => over(`/connections/${user.id}/live`, asAll({ headers: upgrade }))(change),
  ],
  [
    "a socket by a ticket",
    async (change) => {
      const caller = { kind: "api_key", id: "all", scopes: new Set<Scope>() } as const;
      const { ticket } = await mintTicket(sessionSecret, caller, user.id, Date.now());
      const protocols = { "sec-websocket-protocol": `azure.v1, ticket.${ticket}` };
      return over(`/connections/${user.id}/live`, { headers: { ...upgrade, ...protocols } })(
        change,
      );
    },
  ],
  [
    "a method of siblings",
    (change) => rpc((service) => service.getUser({ userId: user.userId }))(change),
  ],
  [
    "the stub for siblings",
    (change) => rpc((service) => service.connection({ userId: user.userId }))(change),
  ],
  [
    "a sign-in that a sibling starts",
    (change) => rpc((service) => service.beginConnect({ userId: user.userId }))(change),
  ],
  [
    "a sign-in that a sibling completes",
    (change) =>
      rpc(async (service) => {
        const state = await signState(sessionSecret, "connect", user.id);
        return service.completeConnect({ userId: user.userId, code: "c", state });
      })(change),
  ],
];
const reconnectLink = (): string => {
  const url = reconnectUrl({
    connectionId: user.id,
    account,
    publicOrigin: "https://azure.example",
    sessionSecret,
    now: Date.now(),
  });
  return new URL(url).pathname + new URL(url).search;
};

describe.each(ways)("%s", (_name, way) => {
  test("goes to the object in the configured jurisdiction", async () => {
    await marked("eu");
    const change = inNamespace({ AZURE_JURISDICTION: "eu", AZURE_LOCATION_HINT: "weur" });
    expect(await way(change)).toBe("reached");
    expect(new Set(namespace.reached)).toEqual(new Set([`eu/${user.id} near weur`]));
  });

  test("goes to the object in none when none is configured", async () => {
    await marked(undefined);
    expect(await way(inNamespace({}))).toBe("reached");
    expect(new Set(namespace.reached)).toEqual(new Set([`none/${user.id}`]));
  });

  test.each([
    ["another jurisdiction", "eu", { AZURE_JURISDICTION: "us" }],
    ["none any more", "eu", {}],
    ["one that was not there at the start", undefined, { AZURE_JURISDICTION: "eu" }],
  ])("is refused before any object is touched: %s", async (_what, held, change) => {
    await marked(held);
    expect(await way(inNamespace(change))).toBe("refused");
    expect(namespace.reached).toEqual([]);
  });
});

describe("what MCP clients were given", () => {
  const grants = () => new PlacedNamespace((id) => env.MCP_GRANTS.getByName(id));
  const list = (change: Change) => over(`/mcp/grants?${user.who}`, asAll())(change);
  const register = (change: Change) =>
    over(
      "/oauth/register",
      json("POST", { redirect_uris: ["https://client.example/callback"] }),
    )({
      MCP_STANDALONE: "any",
      ...change,
    });

  test("is where the connections are", async () => {
    await marked("eu");
    const placed = grants();
    const change = { MCP_GRANTS: placed.bound(), AZURE_JURISDICTION: "eu" };
    expect(await list(change)).toBe("reached");
    expect(await register(change)).toBe("reached");
    const [first, ...others] = placed.reached;
    expect(first).toBe(`eu/${user.id}`);
    expect(others.filter((name) => !/^eu\/client:[\w-]{16}$/.test(name))).toEqual([]);
    expect(others).not.toEqual([]);
  });

  test("is refused before any object is touched when that was changed", async () => {
    await marked("eu");
    const placed = grants();
    const change = { MCP_GRANTS: placed.bound(), AZURE_JURISDICTION: "us" };
    expect(await list(change)).toBe("refused");
    expect(await register(change)).toBe("refused");
    expect(placed.reached).toEqual([]);
  });
});

describe("the watchdog", () => {
  const past = "2020-01-01T00:00:00.000Z";
  const appointment = () =>
    env.DB.prepare("SELECT next_contact_at FROM oauth_connections WHERE connection_id = ?")
      .bind(user.id)
      .first("next_contact_at");
  const run = async (change: Change) => {
    await env.DB.prepare("UPDATE oauth_connections SET next_contact_at = ? WHERE connection_id = ?")
      .bind(past, user.id)
      .run();
    await runWatchdog({ ...env, ...inNamespace(change) }, Date.now());
  };

  test("probes in the configured jurisdiction", async () => {
    await marked("eu");
    await run({ AZURE_JURISDICTION: "eu" });
    expect(namespace.reached).toEqual([`eu/${user.id}`]);
    expect(await appointment()).not.toBe(past);
  });

  test.each([{ AZURE_JURISDICTION: "us" }, {}])(
    "probes nothing and gives nothing up when the jurisdiction was changed: %o",
    async (change) => {
      await marked("eu");
      const lines = recordLog("misconfigured");
      await run(change);
      vi.restoreAllMocks();
      expect(lines).toMatchObject([{ level: "error", variable: "AZURE_JURISDICTION" }]);
      expect(namespace.reached).toEqual([]);
      expect(await appointment()).toBe(past);
    },
  );
});

test("a changed jurisdiction is a problem that /health/app shows", async () => {
  await marked("eu");
  const problemsUnder = async (change: Change) => {
    const response = await inEnvironment(inNamespace(change), "/health/app", asAll());
    const { data } = await response.json<{ data: { problems: object[] } }>();
    return data.problems;
  };
  expect(await problemsUnder({ AZURE_JURISDICTION: "us" })).toMatchObject([
    { variable: "AZURE_JURISDICTION", error: expect.stringContaining("must be eu") },
  ]);
  expect(await problemsUnder({ AZURE_JURISDICTION: "eu" })).toEqual([]);
  expect(namespace.reached).toEqual([]);
});
