import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { scopes as everyScope, type Scope } from "../../src/contract/scope.ts";
import { AzureService } from "../../src/service.ts";
import { asAll, bearer, call, http, inEnvironment, json } from "./support/http.ts";
import { contoso, fabrikam, tenantId } from "./support/tenants.ts";

/** No caller without `admin` reaches a tenant's connection, by any route and however it is named. */

/** Which objects were addressed, in place of the namespace. */
const addressed: string[] = [];
const value = { id: tenantId(fabrikam), state: "s", authUrl: "https://login.example/" };
const outcome = async () => ({ ok: true, value });
const willing = new Proxy(
  { fetch: async () => Response.json({ value: [], id: "x" }) },
  { get: (stub, name) => (name === "fetch" ? stub.fetch : name === "then" ? undefined : outcome) },
);
const change = {
  RATE_LIMIT: undefined,
  AZURE_CONNECTION: {
    getByName: (id: string) => {
      addressed.push(id);
      return willing;
    },
  },
};
const tenantsAddressed = () => addressed.filter((id) => id.startsWith("tenant:"));

interface Document {
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
}
interface Route {
  method: string;
  path: string;
  parameters: string[];
}

async function allRoutes(): Promise<Route[]> {
  const { paths } = await (await http("/openapi.json")).json<Document>();
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters.map((one) => `${one.in} ${one.name}`),
    })),
  );
}

const ids = [tenantId(fabrikam), tenantId(fabrikam.toUpperCase()), tenantId(contoso)];

/** Every way in which a request can name a tenant's connection on this route. */
function requestsOf({ method, path }: Route, headers: Record<string, string>): Request[] {
  return ids.flatMap((id) => {
    const concrete = path
      .replace("/connections/{id}", `/connections/${encodeURIComponent(id)}`)
      .replace("{version}", "v1.0")
      .replace("{path}", "users")
      .replaceAll(/\{\w+\}/g, "x");
    return [
      `${concrete}?connection=${encodeURIComponent(id)}&as=ada`,
      `${concrete}?user_id=${encodeURIComponent(id)}`,
      `${concrete}?connection=${encodeURIComponent(id)}&user_id=ada`,
      concrete,
    ].map(
      (url) =>
        new Request(`https://azure.example${url}`, {
          method,
          redirect: "manual",
          headers: {
            ...headers,
            "x-azure-connection": id,
            ...(path.endsWith("/live") && { upgrade: "websocket" }),
            ...(method !== "GET" && method !== "HEAD" && { "content-type": "application/json" }),
          },
          ...(method !== "GET" &&
            method !== "HEAD" && {
              body: JSON.stringify({ tenant_id: fabrikam, user_id: "ada", flow: "f" }),
            }),
        }),
    );
  });
}

async function session(scopes: readonly Scope[]): Promise<Record<string, string>> {
  const { body } = await call("/sessions", asAll(json("POST", { user_id: "ada", scopes })));
  return { authorization: `Bearer ${(body["data"] as { token: string }).token}` };
}

const sessionScopes = everyScope.filter((scope) => !["admin", "tokens:read"].includes(scope));

describe("over HTTP, by", () => {
  let routes: Route[] = [];
  beforeAll(async () => {
    routes = await allRoutes();
  });

  test.each<[string, () => Promise<Record<string, string>>]>([
    ["nobody", async () => ({})],
    ["a key of every scope but admin", async () => bearer("plain")],
    ["a key that reads", async () => bearer("reader")],
    ["a session of every scope it can have", () => session(sessionScopes)],
  ])("%s", async (_, credential) => {
    const headers = await credential();
    addressed.length = 0;
    for (const route of routes) {
      for (const request of requestsOf(route, headers)) {
        const answer = await inEnvironment(change, request.url, request);
        await answer.body?.cancel();
        const where = `${request.method} ${request.url}`;
        expect([where, tenantsAddressed()]).toEqual([where, []]);
      }
    }
  });

  test("a key with admin, every route of a connection: so the table says something", async () => {
    const about = routes.filter(
      ({ path, parameters }) =>
        path.startsWith("/connections/{id}") ||
        parameters.includes("query connection") ||
        parameters.includes("header x-azure-connection"),
    );
    expect(about.length).toBeGreaterThan(30);
    const refused: string[] = [];
    let reached = 0;
    for (const route of about) {
      addressed.length = 0;
      const statuses: number[] = [];
      for (const request of requestsOf(route, bearer("all"))) {
        const answer = await inEnvironment(change, request.url, request);
        statuses.push(answer.status);
        await answer.body?.cancel();
      }
      if (tenantsAddressed().length > 0) reached += 1;
      // Some need input of their own, and are refused for its lack: they got past who may ask.
      if (!statuses.some((status) => ![401, 403, 404].includes(status))) {
        refused.push(`${route.method} ${route.path}`);
      }
    }
    expect([refused, reached > 20]).toEqual([[], true]);
  });

  test("an id in capitals is the same object", () => {
    expect(new Set(addressed.map((id) => id.toLowerCase()))).toEqual(new Set(addressed));
  });
});

describe("over RPC, by a sibling", () => {
  const withScopes = (scopes: readonly Scope[] | undefined): AzureService => {
    const context = createExecutionContext();
    Object.assign(context, { props: { caller: "crm", ...(scopes && { scopes: [...scopes] }) } });
    return new AzureService(context, { ...env, ...change } as unknown as typeof env);
  };
  const methods = Object.getOwnPropertyNames(AzureService.prototype).filter(
    (name) => name !== "constructor",
  );
  const requests = [
    { tenantId: fabrikam },
    { tenantId: fabrikam, as: "ada" },
    { tenantId: fabrikam.toUpperCase(), userId: "ada", flow: "f" },
    { userId: tenantId(fabrikam) },
  ];
  const reach = async (service: AzureService): Promise<Set<string>> => {
    const reached = new Set<string>();
    for (const name of methods) {
      const method = Reflect.get(service, name) as (request: object) => Promise<unknown>;
      for (const request of requests) {
        addressed.length = 0;
        await method.call(service, request).catch((error: unknown) => error);
        if (tenantsAddressed().length > 0) reached.add(name);
      }
    }
    return reached;
  };

  test.each<[string, readonly Scope[] | undefined]>([
    ["of every scope but admin, which is the default", undefined],
    ["of reading scopes", ["connections:read", "graph:read", "arm:read"]],
    ["of none", []],
  ])("%s", async (_, scopes) => {
    expect(await reach(withScopes(scopes))).toEqual(new Set());
  });

  test("with admin: so the table says something", async () => {
    const reached = await reach(withScopes(everyScope));
    expect([...reached].toSorted()).toEqual(
      expect.arrayContaining(["confirmConnect", "connectTenant", "connection", "getMail"]),
    );
  });

  test("with admin alone: the stub needs every scope besides", async () => {
    expect(await reach(withScopes(["admin"]))).toEqual(new Set(["connectTenant"]));
  });
});
