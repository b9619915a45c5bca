import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import type { Environment } from "../../src/platform/env.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, expectOk } from "./support/connections.ts";
import { allKey, CookieJar, front, json, sessionOf } from "./support/front.ts";
import { callTool, mcp, toolNames } from "./support/mcp.ts";
import {
  authorizePath,
  Browser,
  handleIn,
  letIn,
  newPkce,
  redeem,
  redirectUri,
  refresh,
  register,
  registered,
  resource,
  sentBack,
  tokens,
} from "./support/oauth-client.ts";
import { authorize as atMicrosoft, sandbox } from "./support/sandbox.ts";

/** MCP clients whose user is the Microsoft account that signs in. */

(env as Environment).MCP_STANDALONE = "any";

const ada = "ada@contoso.example";
const grace = "grace@contoso.example";
const reads = "connections:read graph:read arm:read";
const clock = clockOfEachTest();

const invalidGrant = { status: 400, body: { error: "invalid_grant" } };
const statusOf = async (credential: string): Promise<number> =>
  (await mcp("tools/list", {}, { credential })).status;
const userOf = (token: string): string => token.split(":")[0] ?? "";
const locationOf = (answer: Response): string => answer.headers.get("location") ?? "";
const objectOf = (name: string) => env.MCP_GRANTS.getByName(name);
/** Whether the object keeps anything. */
const tablesOf = (name: string): Promise<unknown[]> =>
  runInDurableObject(objectOf(name), (_, { storage: { sql } }) =>
    sql.exec("SELECT name FROM sqlite_master").toArray(),
  );

/** The page that asks for consent, of a client of its own. */
async function asked({ account = ada, ...parameters }: Record<string, string> = {}) {
  const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
  const page = await browser.signIn(authorizePath(clientId, pkce, parameters), account);
  return { clientId, pkce, browser, page };
}

/** A client that has its code, and has not redeemed it. */
async function coded(parameters: Record<string, string> = {}) {
  const { page, ...rest } = await asked(parameters);
  const back = sentBack(await rest.browser.submit(page));
  return { ...rest, code: back.get("code") };
}

describe("a client that knows nothing but the address", () => {
  test("is led from the 401 to a token, and works with the account that signed in", async () => {
    const refused = await mcp("tools/list", {});
    expect(refused.status).toBe(401);
    const challenge = refused.headers.get("www-authenticate") ?? "";
    expect(challenge).toContain(`scope="${reads}"`);
    const metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? "";
    expect(await json(await front(new URL(metadataUrl).pathname))).toEqual({
      resource,
      authorization_servers: ["http://localhost:8787"],
      scopes_supported: reads.split(" "),
      bearer_methods_supported: ["header"],
      resource_name: "Azure Integration Worker",
    });
    const server = await json(await front("/.well-known/oauth-authorization-server"));
    expect(server).toMatchObject({
      issuer: "http://localhost:8787",
      authorization_endpoint: "http://localhost:8787/oauth/authorize",
      token_endpoint: "http://localhost:8787/oauth/token",
      registration_endpoint: "http://localhost:8787/oauth/register",
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
    expect(server["scopes_supported"]).not.toContain("admin");
    expect(server["scopes_supported"]).not.toContain("tokens:read");

    const { access, scope } = await letIn({ account: grace });
    expect(scope).toBe(reads);
    const { structured } = await callTool("connection_status", {}, { credential: access });
    expect(structured).toMatchObject({ status: "active", account: grace });
    expect(await toolNames({ credential: access })).toContain("connection_list");
  });

  test("gets state and issuer back, and a code that holds nothing of Microsoft's", async () => {
    const { browser, page } = await asked();
    const back = sentBack(await browser.submit(page));
    expect(back.get("state")).toBe("of-the-client");
    expect(back.get("iss")).toBe("http://localhost:8787");
    expect(back.get("code")).toMatch(/^[0-9a-f-]{36}@[0-9a-f-]{36}:[\w-]{16}:[\w-]{32}$/);
  });

  test("is asked anew which account it is, and a personal one goes on at its own authority", async () => {
    const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
    const path = authorizePath(clientId, pkce);
    const started = await browser.open(path);
    const authorize = new URL(locationOf(started));
    expect(authorize.searchParams.get("prompt")).toBe("select_account");
    const personal = await new Browser().signIn(path, "pat@outlook.example");
    expect(personal).toContain("pat@outlook.example");
  });

  test("may name a resource that narrows the tools, which is the same resource", async () => {
    const narrowed = `${resource}?toolsets=mail`;
    const { clientId, pkce, code } = await coded({ resource: narrowed });
    const { body } = await redeem(clientId, code, pkce, { resource: narrowed });
    expect(body["resource"]).toBe(resource);
    expect(await statusOf(String(body["access_token"]))).toBe(200);
  });
});

describe("the page that asks for consent", () => {
  test("names the client, its host, the scopes in words and the account, and shows no frame", async () => {
    const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
    const path = authorizePath(clientId, pkce, { scope: `${reads} graph:write` });
    const query = await atMicrosoft(locationOf(await browser.open(path)), ada);
    const answer = await browser.open(`/callback?${query.toString()}`);
    const page = await answer.text();
    for (const said of [
      "Let “Test client” act for you?",
      `the Microsoft account ${ada}`,
      "nobody has checked that name",
      "a program on this computer (127.0.0.1)",
      "It may read your mail",
      "It may also write and send mail",
    ]) {
      expect(page).toContain(said);
    }
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "content-security-policy": expect.stringMatching(
        /default-src 'none'.*form-action 'self' https: http:\/\/127\.0\.0\.1:33418; frame-ancestors 'none'/,
      ),
    });
  });

  test("shows a name with markup, and one that reorders text, as plain text", async () => {
    const name = `<img src=x onerror=alert(1)>"'& \u202egnihton\u0000${"x".repeat(200)}`;
    const [clientId, pkce] = [await registered({ client_name: name }), await newPkce()];
    const page = await new Browser().signIn(authorizePath(clientId, pkce), ada);
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp; gnihton");
    for (const hidden of ["\u202e", "\u0000"]) expect(page).not.toContain(hidden);
    expect(page).not.toContain("x".repeat(100));
  });

  test.each([
    ["http://127.0.0.1:33418/callback", "http://127.0.0.1:33418"],
    ["http://[::1]:5/callback", "http:"],
    ["https://client.example/callback", "https://client.example"],
    ["https://a;sandbox/callback", "https:"],
    ["https://a,b/callback", "https:"],
    ["https://a'unsafe-inline'/callback", "https:"],
    ["https://*/callback", "https:"],
  ])("lets %s into its policy as %s", async (uri, source) => {
    const [clientId, pkce] = [await registered({ redirect_uris: [uri] }), await newPkce()];
    const browser = new Browser();
    const path = authorizePath(clientId, pkce, { redirect_uri: uri });
    const query = await atMicrosoft(locationOf(await browser.open(path)), ada);
    const answer = await browser.open(`/callback?${query.toString()}`);
    expect(answer.headers.get("content-security-policy")).toMatch(/; frame-ancestors 'none'$/);
    const targets = /; form-action ([^;]*);/.exec(
      answer.headers.get("content-security-policy") ?? "",
    );
    expect(targets?.[1]).toBe(`'self' https: ${source}`);
  });

  test.each([
    ["multipart/form-data", "x"],
    ["multipart/form-data; boundary=x", "--x\r\nbroken"],
    ["application/json", "{}"],
    ["text/plain", "handle=x"],
  ])("takes a body of %s for no answer", async (type, body) => {
    const { exports } = await import("cloudflare:workers");
    const answer = await exports.default.fetch("http://localhost:8787/oauth/authorize", {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin", "content-type": type },
      body,
    });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("This application cannot be let in"),
    ]);
  });

  test("gives what is left ticked, and never more than was asked", async () => {
    const scope = `${reads} graph:write arm:write admin tokens:read offline_access`;
    const { clientId, pkce, browser, page } = await asked({ scope });
    const form = new URLSearchParams({ handle: handleIn(page), decision: "allow" });
    for (const one of ["graph:write", "connections:write", "admin"]) form.append("scope", one);
    const back = sentBack(await browser.post(form));
    const { body } = await redeem(clientId, back.get("code"), pkce);
    expect(body["scope"]).toBe("connections:read graph:read graph:write arm:read");
  });

  test("tells the client that there is nothing where its user unticks all that it asked for", async () => {
    const { browser, page } = await asked({ scope: "vault:read arm:write" });
    const back = sentBack(await browser.submit(page, { untick: ["vault:read", "arm:write"] }));
    expect([back.get("error"), back.get("code")]).toEqual(["access_denied", null]);
  });

  test("tells the client when its user says no, and connects nothing", async () => {
    const { browser, page } = await asked({ account: "alan@fabrikam.example" });
    const back = sentBack(await browser.submit(page, { decision: "deny" }));
    expect([back.get("error"), back.get("state"), back.get("iss")]).toEqual([
      "access_denied",
      "of-the-client",
      "http://localhost:8787",
    ]);
    expect(back.get("code")).toBeNull();
    const { body } = await front("/connections?top=100", { credential: allKey }).then(
      async (answer) => ({ body: await json(answer) }),
    );
    expect(JSON.stringify(body)).not.toContain("alan@fabrikam.example");
  });

  test("tells the client when its user says no at Microsoft", async () => {
    const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
    const started = locationOf(await browser.open(authorizePath(clientId, pkce)));
    const query = await atMicrosoft(started, ada, "deny");
    const back = sentBack(await browser.open(`/callback?${query.toString()}`));
    expect(back.get("error")).toBe("access_denied");
  });
});

describe("the connection of a user who is an account", () => {
  test("is that account's, whoever asks for another", async () => {
    const { access } = await letIn({ account: ada });
    const userId = userOf(access);
    const other = userId.replace(/^.{8}/, "00000000");
    const jar = new CookieJar();
    const start = jar.take(
      await front(`/connect?user_id=${encodeURIComponent(other)}`, {
        credential: await sessionOf(other, ["connections:read", "connections:write"]),
      }),
    );
    const { auth_url: url } = await start.json<{ auth_url: string }>();
    const query = await atMicrosoft(url, ada);
    const answer = await front(`/callback?${query.toString()}`, { headers: jar.header });
    expect([answer.status, await answer.text()]).toEqual([
      409,
      expect.stringContaining("another one signed in"),
    ]);
  });

  test("is connected anew by a sign-in after it was disconnected", async () => {
    const { access } = await letIn({ account: grace });
    const stub = actorOf(`user:${userOf(access)}`);
    expectOk(await stub.disconnect());
    await letIn({ account: grace });
    expect(expectOk(await stub.info()).status).toBe("active");
  });
});

describe("what another may not do", () => {
  test("go on with a sign-in in another browser", async () => {
    const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
    const started = locationOf(await browser.open(authorizePath(clientId, pkce)));
    const query = await atMicrosoft(started, ada);
    const other = await new Browser().open(`/callback?${query.toString()}`);
    expect([other.status, await other.text()]).toEqual([
      400,
      expect.stringContaining("not started in this browser"),
    ]);
    // The one that began can still go on.
    expect((await browser.open(`/callback?${query.toString()}`)).status).toBe(200);
  });

  test("answer the page of another browser, or from another site, or twice", async () => {
    const { browser, page, clientId, pkce } = await asked();
    const stranger = new Browser();
    expect((await stranger.submit(page)).status).toBe(400);
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "https://evil.example" },
      {},
    ]) {
      expect((await browser.submit(page, { headers })).status).toBe(403);
    }
    const back = sentBack(await browser.submit(page));
    expect((await browser.submit(page)).status).toBe(400);
    expect((await redeem(clientId, back.get("code"), pkce)).status).toBe(200);
  });

  test("use a state of another purpose, or a forged one", async () => {
    const browser = new Browser();
    const started = await browser.open(authorizePath(await registered(), await newPkce()));
    const state = new URL(locationOf(started)).searchParams.get("state") ?? "";
    const forged = `${state.slice(0, -4)}AAAA`;
    expect((await browser.open(`/callback?code=c&state=${forged}`)).status).toBe(400);
    // Neither the host's way back nor the form takes Microsoft's step.
    const handle = atob(state.split(".")[0] ?? "");
    const resumed = await browser.open(`/oauth/authorize/continue?state=${handle}&ticket=t`);
    expect(resumed.status).toBe(400);
    const form = new URLSearchParams({ handle, decision: "allow" });
    const answered = await browser.post(form);
    expect([answered.status, await answered.text()]).toEqual([
      400,
      expect.stringContaining("not the step that the sign-in is at"),
    ]);
  });

  test("be sent to an address that the client has not registered, or to any by a wrong request", async () => {
    const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
    for (const wrong of [
      { redirect_uri: "https://evil.example/callback" },
      { redirect_uri: `${redirectUri}/more` },
      { redirect_uri: undefined },
      { client_id: "AAAAAAAAAAAAAAAA" },
      { client_id: "x".repeat(5_000) },
      { client_id: undefined },
      { code_challenge: undefined },
      { code_challenge_method: "plain" },
      { response_type: "token" },
      { resource: "https://other.example/mcp" },
    ]) {
      const answer = await browser.open(authorizePath(clientId, pkce, wrong));
      expect([
        answer.status,
        answer.headers.get("location"),
        answer.headers.getSetCookie(),
      ]).toEqual([400, null, []]);
    }
  });

  test("let a client with a secret in without PKCE", async () => {
    const clientId = await registered({ token_endpoint_auth_method: "client_secret_post" });
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    const path = authorizePath(clientId, await newPkce(), without);
    const answer = await new Browser().open(path);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("A code_challenge by S256 is required."),
    ]);
  });

  test("redeem a code as another client, without its verifier, for another resource, or twice", async () => {
    const { clientId, pkce, code } = await coded();
    const [other, otherPkce] = [await registered(), await newPkce()];
    expect(await redeem(other, code, pkce)).toMatchObject(invalidGrant);
    expect(await redeem(clientId, code, otherPkce)).toMatchObject(invalidGrant);
    expect(
      await redeem(clientId, code, pkce, { resource: "https://other.example/mcp" }),
    ).toMatchObject({ status: 400, body: { error: "invalid_target" } });
    const first = await redeem(clientId, code, pkce);
    expect(first.status).toBe(200);
    expect(await redeem(clientId, code, pkce)).toMatchObject(invalidGrant);
    // A code that comes twice was stolen: what it gave is ended.
    expect(await statusOf(String(first.body["access_token"]))).toBe(401);
    expect(await refresh(clientId, first.body["refresh_token"])).toMatchObject(invalidGrant);
  });

  test("redeem a code more than once by asking at the same time", async () => {
    const { clientId, pkce, code } = await coded();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => redeem(clientId, code, pkce)),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  test("use a code after ten minutes", async () => {
    const { clientId, pkce, code } = await coded();
    await clock.advance(601);
    expect(await redeem(clientId, code, pkce)).toMatchObject(invalidGrant);
  });

  test("use a refresh token that was replaced", async () => {
    const { clientId, refresh: first } = await letIn();
    const second = await refresh(clientId, first);
    expect(second.status).toBe(200);
    // The answer may have been lost: the old one works until the new one is used.
    const again = await refresh(clientId, first);
    expect(again.status).toBe(200);
    const third = await refresh(clientId, again.body["refresh_token"]);
    expect(third.status).toBe(200);
    expect(await refresh(await registered(), third.body["refresh_token"])).toMatchObject(
      invalidGrant,
    );
    // Who sends it now stole it, or was robbed: nobody knows, so all of it ends.
    expect(await statusOf(String(third.body["access_token"]))).toBe(200);
    expect(await refresh(clientId, first)).toMatchObject(invalidGrant);
    expect(await statusOf(String(third.body["access_token"]))).toBe(401);
    expect(await refresh(clientId, third.body["refresh_token"])).toMatchObject(invalidGrant);
  });

  test("end a grant by a refresh token that never was", async () => {
    const { clientId, access, refresh: token } = await letIn();
    expect(await refresh(clientId, `${token.slice(0, -4)}AAAA`)).toMatchObject(invalidGrant);
    expect(await statusOf(access)).toBe(200);
  });

  test("ask for more by a refresh than was given", async () => {
    const { clientId, refresh: token } = await letIn();
    const wider = await refresh(clientId, token, { scope: `${reads} graph:write` });
    expect(wider.body["scope"]).toBe(reads);
    expect(await refresh(clientId, token, { scope: "admin" })).toMatchObject({
      status: 400,
      body: { error: "invalid_scope" },
    });
  });

  test.each(["/mail", "/user", "/connections", "/sessions", "/graph/v1.0/me", "/mcp/grants"])(
    "use the token at %s",
    async (path) => {
      const { access } = await letIn();
      const method = path === "/sessions" ? "POST" : "GET";
      expect((await front(path, { credential: access, method })).status).toBe(401);
    },
  );

  test("show the host's AUTH service a token of ours", async () => {
    const { access } = await letIn();
    const validate = vi.fn<(token: string) => Promise<null>>(async () => null);
    (env as Environment).AUTH = { validate };
    try {
      expect((await front("/mail", { credential: access })).status).toBe(401);
      expect(validate).not.toHaveBeenCalled();
    } finally {
      delete (env as Environment).AUTH;
    }
  });

  test("name another user with a token, or read another's grants", async () => {
    const { access } = await letIn({ account: ada });
    const query = "?user_id=somebody";
    expect((await mcp("tools/list", {}, { credential: access, query })).status).toBe(403);
    const session = await sessionOf("somebody", ["connections:write"]);
    const path = `/mcp/grants?user_id=${encodeURIComponent(userOf(access))}`;
    expect((await front(path, { credential: session })).status).toBe(403);
  });

  test("make an object by a token, a code or a client that never was", async () => {
    const unknown = `${crypto.randomUUID()}:${"A".repeat(16)}:${"B".repeat(32)}`;
    expect(await statusOf(unknown)).toBe(401);
    const clientId = await registered();
    expect(await refresh(clientId, unknown)).toMatchObject(invalidGrant);
    expect(await redeem(clientId, unknown, await newPkce())).toMatchObject(invalidGrant);
    expect((await refresh("C".repeat(16), unknown)).body["error"]).toBe("invalid_client");
    expect(await tablesOf(`user:${userOf(unknown)}`)).toEqual([]);
    expect(await tablesOf(`client:${"C".repeat(16)}`)).toEqual([]);
  });

  test("register what could do harm, or fill the store", async () => {
    for (const wrong of [
      { redirect_uris: ["javascript:alert(1)"] },
      { redirect_uris: ["http://evil.example/callback"] },
      { redirect_uris: [] },
      { client_name: "x".repeat(20_000) },
    ]) {
      const answer = await register(wrong);
      expect([400, 413]).toContain(answer.status);
      expect(await json(answer)).toHaveProperty("error");
    }
  });
});

describe("a scope that is lacking", () => {
  test("is asked for with those that are held, and comes with a new consent", async () => {
    const { access, clientId } = await letIn();
    const narrowed = await refresh(clientId, (await letIn({ clientId })).refresh, {
      scope: "graph:read",
    });
    const credential = String(narrowed.body["access_token"]);
    const refused = await mcp(
      "tools/call",
      { name: "connection_status", arguments: {} },
      { credential },
    );
    expect(refused.status).toBe(403);
    const challenge = refused.headers.get("www-authenticate") ?? "";
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain(`resource_metadata="${new URL(resource).origin}/.well-known/`);
    const scopes = /scope="([^"]+)"/.exec(challenge)?.[1]?.split(" ") ?? [];
    expect(scopes.toSorted()).toEqual(["connections:read", "graph:read"]);
    const stepped = await letIn({ clientId, scope: scopes.join(" ") });
    const { isError } = await callTool("connection_status", {}, { credential: stepped.access });
    expect(isError).toBeUndefined();
    // The new consent stands for the old one of the same client.
    expect(await statusOf(access)).toBe(401);
  });
});

describe("what a client was given", () => {
  test("is listed by its user and by a server, and ended by either at once", async () => {
    const { access, refresh: token, clientId } = await letIn({ account: grace });
    const userId = userOf(access);
    const session = await sessionOf(userId, ["connections:write"]);
    const list = async (credential: string, query = "") =>
      (
        await (
          await front(`/mcp/grants${query}`, { credential })
        ).json<{ data: { id: string }[] }>()
      ).data;
    const grants = await list(session);
    const own = grants.find((grant) => "client_id" in grant && grant.client_id === clientId);
    expect(own).toMatchObject({
      client_name: "Test client",
      redirect_host: "127.0.0.1",
      scopes: reads.split(" "),
    });
    const query = `?user_id=${encodeURIComponent(userId)}`;
    expect(await list(allKey, query)).toEqual(grants);
    expect((await front("/mcp/grants", { credential: allKey })).status).toBe(400);

    const path = `/mcp/grants/${own?.id}`;
    const reader = await sessionOf(userId);
    expect((await front(path, { method: "DELETE", credential: reader })).status).toBe(403);
    const ended = await front(path, { method: "DELETE", credential: session });
    expect(await json(ended)).toMatchObject({ data: { revoked: true } });
    expect(await statusOf(access)).toBe(401);
    expect(await refresh(clientId, token)).toMatchObject(invalidGrant);
    expect((await front(path + query, { method: "DELETE", credential: allKey })).status).toBe(404);
  });

  test("is revoked by the client, and by no other", async () => {
    const { access, refresh: token, clientId } = await letIn();
    const revoke = (client: string) =>
      tokens({ token, token_type_hint: "refresh_token", client_id: client });
    expect((await revoke(await registered())).status).toBe(200);
    expect(await statusOf(access)).toBe(200);
    expect((await revoke(clientId)).status).toBe(200);
    expect(await statusOf(access)).toBe(401);
    expect(await refresh(clientId, token)).toMatchObject(invalidGrant);
  });

  test("ends by itself: tokens after an hour, the rest after thirty days unused", async () => {
    const { access, refresh: token, clientId } = await letIn({ account: "alan@fabrikam.example" });
    await clock.advance(3_601);
    expect(await statusOf(access)).toBe(401);
    const next = await refresh(clientId, token);
    expect(next.status).toBe(200);
    // The registration lives as long as the grant.
    await clock.advance(29 * 86_400);
    const last = await refresh(clientId, next.body["refresh_token"]);
    expect(last.status).toBe(200);
    await clock.advance(30 * 86_400);
    expect((await refresh(clientId, last.body["refresh_token"])).status).toBeGreaterThanOrEqual(
      400,
    );
    const object = objectOf(`user:${userOf(access)}`);
    await runDurableObjectAlarm(object);
    expect(await tablesOf(`user:${userOf(access)}`)).toEqual([]);
  });

  test("holds no token, code or secret in clear", async () => {
    const { access, refresh: token } = await letIn({ account: grace });
    const rows = await runInDurableObject(objectOf(`user:${userOf(access)}`), (_, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT * FROM entry").toArray()),
    );
    for (const secret of [access, token]) expect(rows).not.toContain(secret.split(":")[2]);
  });

  test("is not cut off from a registration that is used, and one that is not ends after a day", async () => {
    const clientId = await registered();
    await clock.advance(86_401);
    const answer = await new Browser().open(authorizePath(clientId, await newPkce()));
    expect(answer.status).toBe(400);
    await runDurableObjectAlarm(objectOf(`client:${clientId}`));
    expect(await tablesOf(`client:${clientId}`)).toEqual([]);
  });
});

describe("pages of other origins", () => {
  const origin = "https://client.example";

  test.each(["/oauth/token", "/oauth/register", "/.well-known/oauth-authorization-server"])(
    "may ask %s",
    async (path) => {
      const preflight = await front(path, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "content-type, mcp-protocol-version",
        },
      });
      expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
      expect(preflight.headers.get("access-control-allow-headers")).toContain(
        "mcp-protocol-version",
      );
      expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
    },
  );

  test("may not ask for the pages of a sign-in", async () => {
    const answer = await front("/oauth/authorize", { headers: { origin } });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});

test("a prefetch or a HEAD of the client's address begins nothing", async () => {
  const path = authorizePath(await registered(), await newPkce());
  const head = await front(path, { method: "HEAD" });
  expect([head.status, head.headers.getSetCookie()]).toEqual([200, []]);
  const ahead = await front(path, { headers: { "sec-purpose": "prefetch" } });
  expect([ahead.status, ahead.headers.getSetCookie()]).toEqual([403, []]);
});

test("an outage of Microsoft's is told, and nothing is given", async () => {
  const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
  const started = locationOf(await browser.open(authorizePath(clientId, pkce)));
  const query = await atMicrosoft(started, ada);
  await sandbox.fault({
    match: { grant_type: "authorization_code" },
    times: 5,
    respond: { status: 503, headers: {}, body: "" },
  });
  const answer = await browser.open(`/callback?${query.toString()}`);
  expect(answer.status).toBe(503);
  await sandbox.reset();
});
