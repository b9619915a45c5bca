import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { scopes as everyScope, type Scope } from "../../src/contract/scope.ts";
import { operations } from "../../src/operations/index.ts";
import { methods } from "../../src/rpc/admit.ts";
import { newUser } from "./support/connections.ts";
import { asAll, bearer, call, http, json } from "./support/http.ts";

/** Whoever calls here acts for people without connections: nothing gets as far as Microsoft. */
const user = newUser();
const stranger = newUser();

interface Route {
  method: string;
  path: string;
  scope: Scope | "open";
}
interface Document {
  paths: Record<string, Record<string, { "x-scope"?: Scope | "open" }>>;
}

interface Caller {
  name: string;
  headers: Record<string, string>;
  /** Undefined: it is nobody. */
  scopes?: readonly Scope[];
}

async function session(asked: readonly Scope[]): Promise<string> {
  const request = json("POST", { user_id: user, scopes: asked });
  const { body } = await call("/sessions", asAll(request));
  return (body["data"] as { token: string }).token;
}

const reader: readonly Scope[] = ["connections:read", "graph:read", "arm:read"];
const sessionScopes = everyScope.filter((scope) => !["admin", "tokens:read"].includes(scope));

async function allCallers(): Promise<Caller[]> {
  const altered = `${(await session(["graph:read"])).slice(0, -2)}xx`;
  return [
    { name: "nobody", headers: {} },
    { name: "a key that is not known", headers: { authorization: "Bearer azk_unknown_secret" } },
    {
      name: "a key with another's secret",
      headers: { authorization: "Bearer azk_all_reader-secret" },
    },
    { name: "a session that was altered", headers: { authorization: `Bearer ${altered}` } },
    { name: "a password", headers: { authorization: "Basic YTpi" } },
    { name: "the key none", headers: bearer("none"), scopes: [] },
    { name: "the key reader", headers: bearer("reader"), scopes: reader },
    { name: "the key all", headers: bearer("all"), scopes: everyScope },
    ...(await Promise.all(
      sessionScopes.map(async (scope) => ({
        name: `a session with ${scope}`,
        headers: { authorization: `Bearer ${await session([scope])}` },
        scopes: [scope],
      })),
    )),
  ];
}

async function allRoutes(): Promise<Route[]> {
  const { paths } = await (await http("/openapi.json")).json<Document>();
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      scope: operation["x-scope"] ?? "open",
    })),
  );
}

/** A URL of the route, for a person without a connection. */
const urlOf = ({ path }: Route, owner: string): string =>
  path
    .replace("/connections/{id}", `/connections/user:${owner}`)
    .replace("{version}", "v1.0")
    .replace("{path}", "me")
    .replaceAll(/\{\w+\}/g, "x");

const hasBody = (method: string) => ["POST", "PUT", "PATCH"].includes(method);

/** As this Worker's own pages send: a form of another site is refused for that, whoever sends it. */
const ownPage = { "sec-fetch-site": "same-origin" };

function send(route: Route, headers: Record<string, string>, owner = user): Promise<Response> {
  const body = hasBody(route.method) && { body: "{}" };
  return http(urlOf(route, owner), {
    method: route.method,
    headers: { ...ownPage, ...headers, ...(body && { "content-type": "application/json" }) },
    ...body,
  });
}

/** Of no connection, or of one whose user is named in the body: they have tests of their own. */
const ofNoConnection = new Set(["/sessions", "/mcp/sign-ins", "/mcp/tools", "/permissions"]);

/** Routes that ask for a second scope of every caller. */
const seconds: Readonly<Record<string, Scope>> = {
  "GET /connections/{id}/changes": "graph:read",
};

const holds = (route: Route, held: readonly string[]): boolean =>
  [route.scope, seconds[`${route.method} ${route.path}`] ?? route.scope].every((scope) =>
    held.includes(scope),
  );

/** What the answer says of the caller: not of the request, which is never right. */
const verdicts: Readonly<Record<number, "nobody" | "forbidden">> = {
  401: "nobody",
  403: "forbidden",
};

describe("over HTTP", () => {
  let routes: Route[];
  let callers: Caller[];
  beforeAll(async () => {
    routes = await allRoutes();
    callers = await allCallers();
  });

  test("every route answers every caller as its scope says", async () => {
    const wrong: string[] = [];
    let checks = 0;
    for (const caller of callers) {
      for (const route of routes) {
        const response = await send(route, caller.headers);
        await response.body?.cancel();
        const expected =
          route.scope === "open"
            ? "let in"
            : caller.scopes === undefined
              ? "nobody"
              : holds(route, caller.scopes)
                ? "let in"
                : "forbidden";
        const verdict = verdicts[response.status] ?? "let in";
        checks += 1;
        if (verdict !== expected) {
          wrong.push(`${caller.name}, ${route.method} ${route.path}: ${response.status}`);
        }
      }
    }
    console.log(`${checks} checks: ${routes.length} routes, ${callers.length} callers over HTTP`);
    expect(wrong).toEqual([]);
    expect(routes.length).toBeGreaterThan(50);
  }, 120_000);

  test("a user's own credential reaches nobody else's connection on any route", async () => {
    const headers = { authorization: `Bearer ${await session(sessionScopes)}` };
    const wrong: string[] = [];
    let checks = 0;
    for (const route of routes) {
      if (!sessionScopes.includes(route.scope as Scope)) continue;
      const inPath = route.path.startsWith("/connections/{id}");
      const isGateway = route.path.includes("{path}");
      if (ofNoConnection.has(route.path)) continue;
      const url = urlOf(route, stranger);
      const named = inPath || isGateway ? url : `${url}?user_id=${stranger}`;
      const response = await http(named, {
        method: route.method,
        headers: {
          ...headers,
          ...(isGateway && { "x-azure-connection": `user:${stranger}` }),
          ...(hasBody(route.method) && { "content-type": "application/json" }),
        },
        ...(hasBody(route.method) && { body: "{}" }),
      });
      await response.body?.cancel();
      checks += 1;
      if (response.status !== (inPath ? 404 : 403)) {
        wrong.push(`${route.method} ${named}: ${response.status}`);
      }
    }
    console.log(`${checks} checks: routes with another user's connection`);
    expect(wrong).toEqual([]);
    expect(checks).toBeGreaterThan(40);
  }, 60_000);

  test("a session mints no session for anybody else, and no wider one", async () => {
    const headers = {
      authorization: `Bearer ${await session(["connections:write", "graph:read"])}`,
    };
    const mint = async (body: unknown) => {
      const request = json("POST", body);
      const answer = await call("/sessions", {
        ...request,
        headers: { ...headers, ...(request.headers as {}) },
      });
      return answer.status;
    };
    expect(await mint({ user_id: stranger })).toBe(403);
    expect(await mint({ user_id: user, scopes: ["arm:read"] })).toBe(403);
    expect(await mint({ user_id: user, scopes: ["admin"] })).toBe(403);
    expect(await mint({ user_id: user, scopes: ["graph:read"] })).toBe(200);
  });

  test.each(["GET", "POST"])("a $batch by %s needs write", async (method) => {
    const headers = { ...bearer("reader"), "x-azure-connection": `user:${user}` };
    for (const path of ["/graph/v1.0/$batch", "/graph/beta/%24Batch", "/graph/v1.0/$batch/"]) {
      const { status, body } = await call(path, { method, headers });
      expect([status, body["error"]]).toMatchObject([403, { code: "forbidden" }]);
    }
  });
});

describe("over RPC", () => {
  const needed = new Map<string, readonly string[]>([
    ...Object.values(methods).map(({ name, scopes }) => [name, scopes] as const),
    ...operations.flatMap(({ operation: { name, over, scope } }) =>
      over.includes("rpc") ? [[name, [scope]] as const] : [],
    ),
  ]);
  const sets: (readonly Scope[] | undefined)[] = [
    undefined,
    [],
    ...everyScope.map((scope) => [scope]),
    everyScope,
  ];
  const absent = everyScope.filter((scope) => scope !== "admin");

  test("every method answers every sibling as its scopes say", async () => {
    const wrong: string[] = [];
    let checks = 0;
    for (const scopes of sets) {
      const service = exports.AzureService({
        props: { caller: "sibling", ...(scopes && { scopes }) },
      });
      for (const [name, scopesNeeded] of needed) {
        // All of them refuse this one; a stub's method can only be called where it is looked up.
        const error: unknown = await service[name as "disconnect"]({ userId: "no user" }).catch(
          (reason: unknown) => reason,
        );
        const code = (error as { code?: string }).code;
        const held = scopes ?? absent;
        const expected = scopesNeeded.every((scope) => held.some((one) => one === scope))
          ? "invalid_request"
          : "forbidden";
        checks += 1;
        if (code !== expected) wrong.push(`${name} with ${scopes?.join(" ")}: ${code}`);
      }
    }
    console.log(`${checks} checks: ${needed.size} methods, ${sets.length} siblings over RPC`);
    expect(wrong).toEqual([]);
  });

  test("the table has every method that the entrypoint has", async () => {
    const { AzureService } = await import("../../src/service.ts");
    const own = Object.getOwnPropertyNames(AzureService.prototype).filter(
      (name) => name !== "constructor",
    );
    expect(own.sort()).toEqual([...needed.keys()].sort());
  });
});
