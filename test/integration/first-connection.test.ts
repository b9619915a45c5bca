import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { asAll, inEnvironment, json, origin } from "./support/http.ts";
import { PlacedNamespace } from "./support/placed-namespace.ts";
import { unknownConnection } from "../../src/contract/errors.ts";
import { err, ok } from "../../src/contract/result.ts";

/** Where connections are is written to the directory with the first one. No object here writes a row. */

const start = { authUrl: "https://login.example/", state: "s", expiresAt: "" };
const object = {
  info: async () => err(unknownConnection()),
  import: async () => err(unknownConnection()),
  beginAuthorization: async () => ok(start),
} as unknown as ReturnType<typeof env.AZURE_CONNECTION.getByName>;

let namespace: PlacedNamespace;
beforeEach(async () => {
  namespace = new PlacedNamespace(() => object);
  await env.DB.exec("DELETE FROM placement");
  await env.DB.exec("DELETE FROM oauth_connections");
});
const marker = () => env.DB.prepare("SELECT jurisdiction FROM placement").first("jurisdiction");
const addRow = () =>
  env.DB.exec(
    "INSERT INTO oauth_connections (user_id, provider, created_at, updated_at, connection_id, status, version) VALUES ('old', 'azure', '', '', 'user:old', 'active', 1)",
  );

type Change = Readonly<Record<string, unknown>>;
const status = async (change: Change, path: string, init?: RequestInit): Promise<number> => {
  const environment = { AZURE_CONNECTION: namespace.bound(), ...change };
  return (await inEnvironment(environment, path, asAll(init))).status;
};
const asks = "/connections/user:ada";
const signIn = "/connect?user_id=ada&return_url=https://app.example/done";
const eu = { AZURE_JURISDICTION: "eu" };
const us = { AZURE_JURISDICTION: "us" };

test("a question decides nothing, the first sign-in does", async () => {
  expect(await status(eu, asks)).toBe(404);
  expect(await status(us, asks)).toBe(404);
  expect(await marker()).toBeNull();
  expect(await status(eu, signIn)).toBe(200);
  expect(await marker()).toBe("eu");
  expect(await status(us, signIn)).toBe(503);
  expect(await status({}, signIn)).toBe(503);
  expect(await status(us, asks)).toBe(503);
  expect(await marker()).toBe("eu");
});

test("a first import decides it too", async () => {
  const body = { user_id: "ada", tenant_id: "organizations", refresh_token: "r" };
  expect(await status(us, "/connections", json("POST", body))).toBe(404);
  expect(await marker()).toBe("us");
});

test("a first registration of an MCP client decides it too, and a question about one does not", async () => {
  const placed = new PlacedNamespace((id) => env.MCP_GRANTS.getByName(id));
  const change = { MCP_STANDALONE: "any", MCP_GRANTS: placed.bound(), ...eu };
  expect(await status(change, "/mcp/grants?user_id=ada")).toBe(200);
  expect(await marker()).toBeNull();
  const client = { redirect_uris: ["https://client.example/callback"] };
  expect(await status(change, "/oauth/register", json("POST", client))).toBe(201);
  expect(await marker()).toBe("eu");
  expect(await status({ ...change, ...us }, "/mcp/grants?user_id=ada")).toBe(503);
});

test("a first sign-in without one decides for none", async () => {
  expect(await status({}, signIn)).toBe(200);
  expect(await marker()).toBe("none");
  expect(await status(eu, asks)).toBe(503);
});

test("rows older than the marker mean none", async () => {
  await addRow();
  expect(await status(eu, asks)).toBe(503);
  expect(await status(eu, signIn)).toBe(503);
  expect(await status({}, signIn)).toBe(200);
});

test("two Workers that begin at once agree on one", async () => {
  for (let round = 0; round < 10; round += 1) {
    await env.DB.exec("DELETE FROM placement");
    const statuses = await Promise.all([eu, us, {}].map((change) => status(change, signIn)));
    expect(statuses.toSorted()).toEqual([200, 503, 503]);
    const winner = ["eu", "us", "none"][statuses.indexOf(200)];
    expect(await marker()).toBe(winner);
    expect(namespace.reached).toEqual([`${winner}/user:ada`]);
    namespace.reached.length = 0;
  }
});

test("the sandbox cloud keeps to the same rule, with the plain namespace", async () => {
  const local = "http://localhost:8787";
  const sandboxCloud = {
    AZURE_CLOUD: "sandbox",
    AZURE_AUTHORITY_HOST: "http://localhost:8788",
    AZURE_GRAPH_ENDPOINT: "http://localhost:8788/graph",
    AZURE_RESOURCE_MANAGER_ENDPOINT: "http://localhost:8788/arm",
  };
  const signIn = "/connect?user_id=ada&return_url=http://localhost:5173/done";
  expect(await status({ ...sandboxCloud, ...eu }, `${local}${signIn}`)).toBe(200);
  expect(namespace.reached).toEqual(["none/user:ada"]);
  expect(await marker()).toBe("eu");
  expect(await status({ ...sandboxCloud, ...us }, `${local}${signIn}`)).toBe(503);
});

describe("once it is known", () => {
  test.each([eu, {}])("a request reads nothing of it: %o", async (change) => {
    let statements = 0;
    const DB = new Proxy(env.DB, {
      get: (database, name) => {
        if (name !== "prepare" && name !== "batch") return Reflect.get(database, name);
        return (...parts: never[]) => {
          statements += 1;
          return Reflect.apply(database[name], database, parts);
        };
      },
    });
    const same = { ...env, AZURE_CONNECTION: namespace.bound(), DB, ...change };
    const ask = async (path: string) => {
      const before = statements;
      const request = new Request(`${origin}${path}`, asAll());
      await createApp().fetch(request, same as typeof env, createExecutionContext());
      return statements - before;
    };
    expect(await ask(signIn)).toBeGreaterThan(0);
    expect([await ask(signIn), await ask(asks), await ask(asks)]).toEqual([0, 0, 0]);
    expect(namespace.reached).toHaveLength(4);
  });
});

describe("without the table, as before its migration", () => {
  test("a jurisdiction is refused with the command, none goes on", async () => {
    await env.DB.exec("ALTER TABLE placement RENAME TO out_of_reach");
    const environment = { AZURE_CONNECTION: namespace.bound(), ...eu };
    const refused = await inEnvironment(environment, signIn, asAll());
    const without = [await status({}, signIn), await status({}, asks)];
    await env.DB.exec("ALTER TABLE out_of_reach RENAME TO placement");
    expect([refused.status, await refused.json()]).toMatchObject([
      503,
      { details: { variable: "DB", reason: "missing_table", table: "placement" } },
    ]);
    expect(without).toEqual([200, 404]);
    expect(namespace.reached).toEqual(["none/user:ada", "none/user:ada"]);
  });
});
