import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { consoleCookie } from "../../src/callers/console-session.ts";
import { allKey, CookieJar, sessionOf } from "./support/front.ts";
import { ask, origin, signedInByKey, signInAs, withConsole } from "./support/console.ts";
import { connectedUser } from "./support/http.ts";
import { callTool } from "./support/mcp.ts";
import { sandbox } from "./support/sandbox.ts";
import { recordLog } from "./support/log-lines.ts";

const stateOf = async (response: Response) =>
  (await response.json<{ data: Record<string, unknown> }>()).data;
const errorOf = async (response: Response) => ({
  status: response.status,
  ...(await response.json<{ code: string; details?: { reason?: string; scope?: string } }>()),
});

describe("where there is no console", () => {
  test.each([
    "/console",
    "/console/",
    "/console/console.js",
    "/console/index.html",
    "/console/session",
  ])("%s is no route, by no method", async (path) => {
    for (const method of ["GET", "POST", "DELETE", "HEAD"]) {
      const response = await ask(path, { method, environment: {} });
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain("<html");
    }
  });

  test("a cookie of it opens nothing, whatever it was made for", async () => {
    const jar = await signedInByKey();
    const response = await ask("/connections", { jar, environment: {} });
    expect(response.status).toBe(401);
  });
});

describe("the page", () => {
  test.each([
    "/console",
    "/console/",
    "/console/connections/user%3Aada",
    "/console/..%2fconsole.js",
  ])("is what %s answers, under the policy that lets nothing else in", async (path) => {
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });

  test("brings its script and style along, once", async () => {
    for (const [name, type] of [
      ["console.js", "text/javascript"],
      ["console.css", "text/css"],
      ["icon.svg", "image/svg+xml"],
    ] as const) {
      const response = await ask(`/console/${name}`);
      expect(response.headers.get("content-type")).toContain(type);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      const etag = response.headers.get("etag") ?? "";
      await response.arrayBuffer();
      const again = await ask(`/console/${name}`, { headers: { "if-none-match": etag } });
      expect(again.status).toBe(304);
    }
    expect((await ask("/console/other.js")).status).toBe(404);
  });

  test("says what is lacking in a deployment without its assets", async () => {
    const response = await ask("/console", { environment: { ...withConsole, ASSETS: undefined } });
    expect(await errorOf(response)).toMatchObject({
      status: 503,
      details: { variable: "ASSETS", reason: "missing_binding" },
    });
  });
});

describe("signing in by an API key", () => {
  test("sets a cookie that no script reads and no other site sends", async () => {
    const response = await ask("/console/session", { method: "POST", body: { api_key: allKey } });
    expect(response.headers.get("set-cookie")).toMatch(
      /^__Host-azure_console=[\w.-]+; Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(await stateOf(response)).toMatchObject({
      ways: ["microsoft", "api_key"],
      session: { name: "API key all", role: "admin" },
    });
  });

  test("needs the scope admin", async () => {
    const body = { api_key: "azk_plain_plain-secret" };
    const response = await ask("/console/session", { method: "POST", body });
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(await errorOf(response)).toMatchObject({ status: 403, details: { scope: "admin" } });
  });

  test.each(["azk_all_wrong", "nonsense", "azk_nobody_all-secret"])("refuses %s", async (key) => {
    const response = await ask("/console/session", { method: "POST", body: { api_key: key } });
    expect(response.status).toBe(401);
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  test("is refused where it is off, and where another site sends it", async () => {
    const off = { ...withConsole, CONSOLE_API_KEY_SIGN_IN: "off" };
    const request = { method: "POST", body: { api_key: allKey } };
    const response = await ask("/console/session", { ...request, environment: off });
    expect(response.status).toBe(400);
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
    ]) {
      const cross = await ask("/console/session", { ...request, headers });
      expect(await errorOf(cross)).toMatchObject({
        status: 403,
        details: { reason: "cross_site" },
      });
      expect(cross.headers.get("set-cookie")).toBeNull();
    }
  });

  test("ends when it is signed out", async () => {
    const jar = await signedInByKey();
    expect((await ask("/connections", { jar })).status).toBe(200);
    const response = await ask("/console/session", { method: "DELETE", jar });
    expect(await stateOf(response)).toMatchObject({ session: null });
    expect(jar.names).toEqual([]);
  });
});

describe("signing in by a Microsoft account", () => {
  test.each([
    ["ada@contoso.example", "admin"],
    ["grace@contoso.example", "read"],
  ])("%s is let in by an app role, as %s", async (account, role) => {
    const jar = new CookieJar();
    const response = await signInAs(account, jar);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/console");
    expect(jar.names).toEqual([consoleCookie]);
    const state = await stateOf(await ask("/console/session", { jar }));
    expect(state).toMatchObject({ session: { name: account, role } });
  });

  test("keeps no grant: no object and no row of the directory is written", async () => {
    const rows = () => env.DB.prepare("SELECT count(*) AS n FROM oauth_connections").first("n");
    const before = await rows();
    await signInAs("ada@contoso.example", new CookieJar());
    expect(await rows()).toBe(before);
  });

  test("refuses an account without a role, and says what it lacks", async () => {
    const jar = new CookieJar();
    const response = await signInAs("lin@fabrikam.example", jar);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Console.Read or Console.Admin");
    expect(jar.names).toEqual([]);
  });

  test("is worthless in another browser, and used up after one use", async () => {
    const jar = new CookieJar();
    const start = await ask("/console/sign-in", { method: "POST", jar });
    const { auth_url: url } = (await stateOf(start)) as { auth_url: string };
    const state = new URL(url).searchParams.get("state") ?? "";
    const elsewhere = await ask(`/callback?code=stolen&state=${state}`, { jar: new CookieJar() });
    expect(elsewhere.status).toBe(400);
    expect(elsewhere.headers.getSetCookie()).toEqual([]);
    await ask(`/callback?error=access_denied&state=${state}`, { jar });
    expect(jar.names).toEqual([]);
    expect((await ask(`/callback?code=1&state=${state}`, { jar })).status).toBe(400);
  });

  test("is no way in where no tenant is named", async () => {
    const environment = { ...withConsole, CONSOLE_TENANT_ID: "" };
    expect((await ask("/console/sign-in", { method: "POST", environment })).status).toBe(404);
  });
});

describe("the cookie", () => {
  test("reads for the console's own page alone", async () => {
    const jar = await signedInByKey();
    const { id, userId } = await connectedUser();
    for (const path of [
      "/connections",
      `/connections/${id}`,
      `/connections/${id}/events`,
      "/health/app",
      "/mcp/tools",
      `/mcp/grants?user_id=${userId}`,
    ]) {
      expect((await ask(path, { jar })).status).toBe(200);
      for (const site of ["cross-site", "same-site", "none"]) {
        const response = await ask(path, { jar, headers: { "sec-fetch-site": site } });
        expect(await errorOf(response)).toMatchObject({ status: 403 });
      }
    }
  });

  test("writes only with an origin that is this one", async () => {
    const jar = await signedInByKey();
    const { id, userId } = await connectedUser();
    const path = `/connections/${id}/refresh`;
    const revocation = `/mcp/grants/none?user_id=${userId}`;
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "http://localhost:8787.evil.example" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      const response = await ask(path, { method: "POST", jar, headers });
      expect(await errorOf(response)).toMatchObject({
        status: 403,
        details: { reason: "cross_site" },
      });
      expect((await ask(revocation, { method: "DELETE", jar, headers })).status).toBe(403);
    }
    expect((await ask(path, { method: "POST", jar })).status).toBe(200);
    expect((await ask(revocation, { method: "DELETE", jar })).status).toBe(404);
  });

  test("opens no route that is not listed", async () => {
    const jar = await signedInByKey();
    const { id, userId } = await connectedUser();
    const closed: [string, string, object?][] = [
      ["GET", `/connections/${id}/token?resource=graph`],
      ["GET", `/mail?user_id=${userId}`],
      ["GET", `/user?user_id=${userId}`],
      ["GET", `/connections/${id}/changes`],
      ["GET", `/connections/${id}/live`],
      ["GET", `/connect?user_id=${userId}&return_url=https://app.example/`],
      ["POST", "/sessions", { user_id: userId }],
      ["POST", "/connections", { tenant_id: "common" }],
      ["POST", `/connections/${id}/confirm`, { flow: "x" }],
      ["POST", `/connections/${id}/watches`, { resource: "me/events", change_types: ["created"] }],
      ["GET", "/graph/v1.0/me"],
      ["GET", "/arm/subscriptions"],
    ];
    for (const [method, path, body] of closed) {
      const headers = { "x-azure-connection": id };
      const response = await ask(path, { method, jar, headers, ...(body && { body }) });
      expect([path, response.status]).toEqual([path, 401]);
    }
  });

  test("of a reader changes nothing, and sees no tenant's connection", async () => {
    const jar = new CookieJar();
    await signInAs("grace@contoso.example", jar);
    const { id, userId } = await connectedUser();
    expect((await ask(`/connections/${id}`, { jar })).status).toBe(200);
    expect((await ask("/health/app", { jar })).status).toBe(200);
    expect((await ask("/mcp/tools", { jar })).status).toBe(200);
    for (const [method, path] of [
      ["GET", `/mcp/grants?user_id=${userId}`],
      ["DELETE", `/mcp/grants/none?user_id=${userId}`],
      ["DELETE", `/connections/${id}`],
      ["POST", `/connections/${id}/refresh`],
      ["POST", `/connections/${id}/restore`],
    ] as const) {
      expect((await ask(path, { method, jar })).status).toBe(403);
    }
    const redeliver = { method: "POST", jar, body: { sink: "pipeline" } };
    expect((await ask(`/connections/${id}/redeliver`, redeliver)).status).toBe(403);
    const tenant = "tenant:aaaaaaaa-0000-4000-8000-00000000000a";
    expect((await ask(`/connections/${tenant}`, { jar })).status).toBe(403);
  });

  test("is no session of a user's, and a user's session is none of the console's", async () => {
    const token = await sessionOf("somebody");
    const forged = new CookieJar();
    const headers = { cookie: `${consoleCookie}=${token}` };
    expect((await ask("/connections", { jar: forged, headers })).status).toBe(401);
    const jar = await signedInByKey();
    const [, cookie = ""] = (jar.header.cookie ?? "").split(`${consoleCookie}=`);
    const asBearer = await ask("/connections", { headers: { authorization: `Bearer ${cookie}` } });
    expect(asBearer.status).toBe(401);
  });

  test("gives way to a credential that is sent beside it", async () => {
    const jar = await signedInByKey();
    const headers = { authorization: "Bearer azk_none_none-secret" };
    expect((await ask("/connections", { jar, headers })).status).toBe(403);
  });

  test("is over after eight hours, and when its signature is another's", async () => {
    const jar = await signedInByKey();
    const other = { ...withConsole, SESSION_SECRET: "another-session-secret-of-at-least-32-bytes" };
    expect((await ask("/connections", { jar, environment: other })).status).toBe(401);
    const state = await stateOf(await ask("/console/session", { jar }));
    const { expires_at: end } = state["session"] as { expires_at: string };
    expect(Date.parse(end) - Date.now()).toBeGreaterThan(7.9 * 3_600_000);
    expect(Date.parse(end) - Date.now()).toBeLessThanOrEqual(8 * 3_600_000);
  });
});

test("a ticket bought with the cookie opens the live socket of its connection", async () => {
  const jar = await signedInByKey();
  const { id } = await connectedUser();
  const bought = await ask(`/connections/${id}/tickets`, { method: "POST", jar });
  const { ticket } = (await stateOf(bought)) as { ticket: string };
  const response = await ask(`/connections/${id}/live`, {
    headers: { upgrade: "websocket", "sec-websocket-protocol": `azure.v1, ticket.${ticket}` },
  });
  expect(response.status).toBe(101);
  response.webSocket?.accept();
  response.webSocket?.close();
});

describe("the file of a connection's events", () => {
  test("has one event a line, the oldest first, and is no page", async () => {
    const jar = await signedInByKey();
    const { id } = await connectedUser();
    const response = await ask(`/connections/${id}/audit`, { jar });
    expect(response.headers.get("content-type")).toBe("application/jsonl; charset=utf-8");
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="user-u-[\w-]+\.jsonl"$/,
    );
    const lines = (await response.text()).split("\n");
    expect(lines.pop()).toBe("");
    const events = lines.map((line) => JSON.parse(line) as { type: string; connection: string });
    expect(events.map(({ type }) => type)).toEqual(["connection.pending", "connection.connected"]);
    expect(events.every(({ connection }) => connection === id)).toBe(true);
  });

  test("has what agents have called, and nothing of what they asked or got", async () => {
    const jar = await signedInByKey();
    const { id, userId } = await connectedUser();
    const credential = await sessionOf(userId);
    await callTool("people_search", { query: "a secret question" }, { credential });
    const lines = async () => {
      const text = await (await ask(`/connections/${id}/audit`, { jar })).text();
      expect(text).not.toContain("secret question");
      return text.split("\n").filter((line) => line.includes('"event":"tool"'));
    };
    const slow = { timeout: 10_000 };
    await expect.poll(async () => (await lines()).length, slow).toBe(1);
    expect(JSON.parse((await lines())[0] ?? "")).toMatchObject({
      time: expect.stringMatching(/Z$/),
      tool: "people_search",
      caller: "session",
      outcome: expect.any(String),
    });
    const other = await connectedUser();
    expect(await (await ask(`/connections/${other.id}/audit`, { jar })).text()).not.toContain(
      "tool",
    );
  });

  test("is nobody else's, and is 404 where nothing is connected", async () => {
    const { id } = await connectedUser();
    const bearer = async (user: string) => ({
      headers: { authorization: `Bearer ${await sessionOf(user)}` },
    });
    expect((await ask(`/connections/${id}/audit`)).status).toBe(401);
    expect((await ask(`/connections/${id}/audit`, await bearer("eve"))).status).toBe(404);
    const jar = await signedInByKey();
    expect((await ask("/connections/user:nobody-there/audit", { jar })).status).toBe(404);
  });
});

describe("a request that an operator sends as a connection", () => {
  const environment = { ...withConsole, CONSOLE_RUNNER: "on" };
  const run = (jar: CookieJar, body: object, more: object = {}) =>
    ask("/console/run", { method: "POST", jar, body, environment, ...more });

  test("is a GET of Microsoft, with the permission that it needed; the log says who, and not what", async () => {
    const jar = await signedInByKey();
    const { id } = await connectedUser();
    const runs = recordLog("console_run");
    const path = "/v1.0/me/messages?$top=1&$select=subject";
    const asked = { connection: id, service: "graph", path };
    const { status, permission, body } = (await stateOf(await run(jar, asked))) as {
      status: number;
      permission: string;
      body: string;
    };
    expect([status, permission]).toEqual([200, "Mail.Read"]);
    expect(JSON.parse(body)).toMatchObject({ value: [{ subject: expect.any(String) }] });
    expect(runs).toMatchObject([{ status: 200, permission: "Mail.Read" }]);
    expect(JSON.stringify(runs)).not.toMatch(/messages|subject|API key|user:/);
    const requests = recordLog("request");
    await run(jar, asked);
    expect(requests).toMatchObject([
      { route: "/console/run", caller: expect.stringMatching(/^console:[0-9a-f]{16}$/) },
    ]);
    vi.restoreAllMocks();
  });

  test("counts against the operator's limit, as every call of theirs does", async () => {
    const jar = await signedInByKey();
    const asked: string[] = [];
    const limit = async ({ key }: { key: string }) => {
      asked.push(key);
      return { success: false };
    };
    const full = { ...environment, RATE_LIMIT: { limit } };
    const body = { connection: "user:nobody-there", service: "graph", path: "/v1.0/me" };
    expect((await run(jar, body, { environment: full })).status).toBe(429);
    expect(asked).toEqual(["console:API key all"]);
  });

  test("goes to Graph and Azure alone", async () => {
    const mark = await sandbox.mark();
    const jar = await signedInByKey();
    const { id } = await connectedUser();
    for (const path of [
      "@evil.example/",
      ".evil.example/",
      "/../../x",
      "v1.0/me",
      "//evil.example/%2e%2e",
    ]) {
      const response = await run(jar, { connection: id, service: "graph", path });
      // Refused here, or below the endpoint, where Graph has no such thing.
      const { data, details } = await response.json<{
        data?: { status: number };
        details?: { field: string };
      }>();
      expect([path, details?.field ?? (data?.status ?? 0) >= 400]).toBeOneOf([
        [path, "path"],
        [path, true],
      ]);
    }
    expect((await sandbox.requests(mark)).filter(({ url }) => url.includes("evil"))).toEqual([]);
    const arm = { connection: id, service: "arm", path: "/subscriptions?api-version=2022-12-01" };
    expect(await stateOf(await run(jar, arm))).toMatchObject({ status: 200, permission: "arm" });
  });

  test("is not to be had where it is off, for a reader, for nobody, or for another page", async () => {
    const jar = await signedInByKey();
    const { id } = await connectedUser();
    const asked = { connection: id, service: "graph", path: "/v1.0/me" };
    expect((await run(jar, asked, { environment: withConsole })).status).toBe(404);
    const reader = new CookieJar();
    await signInAs("grace@contoso.example", reader);
    expect((await run(reader, asked)).status).toBe(403);
    expect((await run(new CookieJar(), asked)).status).toBe(401);
    const elsewhere = { headers: { "sec-fetch-site": "same-site" } };
    expect((await run(jar, asked, elsewhere)).status).toBe(403);
    expect((await run(jar, { ...asked, connection: "user:nobody-there" })).status).toBe(200);
  });
});

test("says which permission a call of Graph needs", async () => {
  const jar = await signedInByKey();
  const needed = async (query: string) => stateOf(await ask(`/permissions?${query}`, { jar }));
  expect(await needed("path=me/messages")).toEqual({ permission: "Mail.Read" });
  expect(await needed("path=/v1.0/me/sendMail&method=POST")).toEqual({ permission: "Mail.Send" });
  expect(await needed("path=/groups")).toEqual({ permission: null });
  expect((await ask("/permissions", { jar })).status).toBe(400);
});

test("the landing page leads to the console where there is one", async () => {
  expect(await (await ask("/")).text()).toContain('href="/console"');
  expect(await (await ask("/", { environment: {} })).text()).not.toContain("console");
  expect(origin).toBe("http://localhost:8787");
});
