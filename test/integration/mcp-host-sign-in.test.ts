import { env, exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/platform/env.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, newUser, signIn } from "./support/connections.ts";
import { allKey, front, json, sessionOf } from "./support/front.ts";
import { connectedUser, inEnvironment } from "./support/http.ts";
import { callTool, mcp } from "./support/mcp.ts";
import {
  authorizePath,
  Browser,
  newPkce,
  redeem,
  refresh,
  registered,
  sentBack,
  type Pkce,
} from "./support/oauth-client.ts";

/** MCP clients whose user the host knows: by its page, and the word of its server. */

const hostPage = "https://app.example/agents?from=mcp";
(env as Environment).MCP_SIGN_IN_URL = hostPage;

const service = exports.AzureService({ props: { caller: "test" } });
const clock = clockOfEachTest();

/** A browser that has consented, and is at the host's page with this state. */
async function atHost(scope?: string) {
  const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
  const asked = await browser.open(authorizePath(clientId, pkce, { scope }));
  expect(asked.status).toBe(200);
  const page = await asked.text();
  const sent = await browser.submit(page);
  expect(sent.status).toBe(303);
  const url = new URL(sent.headers.get("location") ?? "");
  return { clientId, pkce, browser, page, url, state: url.searchParams.get("state") ?? "" };
}

/** The host's server says who is signed in there. */
const complete = (body: Record<string, unknown>, credential: string | undefined = allKey) =>
  front("/mcp/sign-ins", { method: "POST", credential, body });

async function continueUrl(state: string, userId: string, label?: string): Promise<string> {
  const answer = await complete({ state, user_id: userId, ...(label !== undefined && { label }) });
  expect(answer.status).toBe(200);
  const { data } = await answer.json<{ data: { continue_url: string } }>();
  const url = new URL(data.continue_url);
  expect(url.origin).toBe("http://localhost:8787");
  return `${url.pathname}${url.search}`;
}

async function tokenOf(
  answer: Response,
  { clientId, pkce }: { clientId: string; pkce: Pkce },
): Promise<Record<string, unknown>> {
  const { status, body } = await redeem(clientId, sentBack(answer).get("code"), pkce);
  expect(status).toBe(200);
  return body;
}

const refusedPage = async (answer: Response) => {
  expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  return answer.text();
};

describe("a client whose user the host knows", () => {
  test("gets a token for the user that the host's server names, in the browser that consented", async () => {
    const { userId } = await connectedUser("grace@contoso.example");
    const host = await atHost();
    expect(host.page).toContain("You sign in to your application next.");
    expect(`${host.url.origin}${host.url.pathname}`).toBe("https://app.example/agents");
    expect(host.url.searchParams.get("from")).toBe("mcp");
    const answer = await host.browser.open(await continueUrl(host.state, userId));
    expect(answer.status).toBe(302);
    const { access_token: access } = await tokenOf(answer, host);
    expect(String(access).split(":")[0]).toBe(userId);
    const { structured } = await callTool("connection_status", {}, { credential: String(access) });
    expect(structured["account"]).toBe("grace@contoso.example");
  });

  test("may be given the account of a label, and no other", async () => {
    const userId = newUser();
    const host = await atHost();
    const answer = await host.browser.open(await continueUrl(host.state, userId, "work"));
    const { access_token: access } = await tokenOf(answer, host);
    const credential = String(access);
    expect((await mcp("tools/list", {}, { credential })).status).toBe(200);
    for (const label of ["work", "home"]) {
      await signIn(actorOf(`user:${userId}:${label}`), "grace@contoso.example");
    }
    const { structured } = await callTool("connection_list", {}, { credential });
    expect(structured).toEqual({
      items: [{ label: "work", account: "grace@contoso.example", status: "active" }],
    });
    const query = "?label=home";
    expect((await mcp("tools/list", {}, { credential, query })).status).toBe(400);
    const { data } = await (
      await front(`/mcp/grants?user_id=${userId}`, { credential: allKey })
    ).json<{ data: object[] }>();
    expect(data).toMatchObject([{ label: "work" }]);
  });

  test("is let in by a sibling's word too, which lists and ends what it was given", async () => {
    const userId = newUser();
    const host = await atHost();
    const said = await service.completeMcpSignIn({ state: host.state, userId });
    const { pathname, search } = new URL(said.continue_url);
    const answer = await host.browser.open(`${pathname}${search}`);
    const { refresh_token: token } = await tokenOf(answer, host);
    const [grant, ...others] = await service.listMcpGrants({ userId });
    expect(others).toEqual([]);
    expect(grant).toMatchObject({ client_id: host.clientId, client_name: "Test client" });
    await service.revokeMcpGrant({ userId, grantId: grant?.id ?? "" });
    expect(await service.listMcpGrants({ userId })).toEqual([]);
    expect((await refresh(host.clientId, token)).body["error"]).toBe("invalid_grant");
  });
});

describe("what another may not do", () => {
  test("end a sign-in in a browser that did not begin it: a victim who was sent to the host's page", async () => {
    const attacker = await atHost();
    const path = await continueUrl(attacker.state, newUser());
    const page = await refusedPage(await new Browser().open(path));
    expect(page).toContain("not started in this browser");
    const victim = await atHost();
    expect(await refusedPage(await victim.browser.open(path))).toContain(
      "not started in this browser",
    );
  });

  test("use a ticket with another state, for another user, twice, or after a minute", async () => {
    const [one, other] = [await atHost(), await atHost()];
    const path = await continueUrl(one.state, "mallory");
    const ticket = new URL(path, "https://x.example").searchParams.get("ticket") ?? "";
    const withTicket = (state: string, text: string) =>
      `/oauth/authorize/continue?${new URLSearchParams({ state, ticket: text }).toString()}`;
    await refusedPage(await other.browser.open(withTicket(other.state, ticket)));
    for (const forged of [
      ticket.replace("mallory", "victim"),
      ticket.replace(/^\d+/, "99999999999999"),
      ticket.replace("mallory:", "mallory:work"),
      `${ticket.slice(0, -4)}AAAA`,
      `${ticket}:x`,
      "",
    ]) {
      await refusedPage(await one.browser.open(withTicket(one.state, forged)));
    }
    await clock.advance(61);
    await refusedPage(await one.browser.open(path));
    const fresh = await continueUrl(one.state, "mallory");
    expect((await one.browser.open(fresh)).status).toBe(302);
    await refusedPage(await one.browser.open(fresh));
  });

  test("make up a state, alter one, or use one after ten minutes", async () => {
    const { state } = await atHost();
    for (const wrong of [
      "x",
      `${state.slice(0, -4)}AAAA`,
      state.replace(/\.\d+\./, ".99999999999999."),
    ]) {
      const answer = await complete({ state: wrong, user_id: "ada" });
      expect([answer.status, await json(answer)]).toEqual([
        404,
        expect.objectContaining({ details: { field: "state" } }),
      ]);
    }
    await clock.advance(601);
    expect((await complete({ state, user_id: "ada" })).status).toBe(404);
  });

  test("say who is signed in without a server's credential", async () => {
    const { state } = await atHost();
    const body = { state, user_id: "ada" };
    const session = await sessionOf("ada", ["connections:read", "connections:write"]);
    expect((await complete(body, session)).status).toBe(403);
    expect((await complete(body, "azk_reader_reader-secret")).status).toBe(403);
    expect((await front("/mcp/sign-ins", { method: "POST", body })).status).toBe(401);
    expect((await complete({ state, user_id: "a:b" })).status).toBe(400);
    expect((await complete({ state })).status).toBe(400);
  });

  test("skip the consent: the page's own step is not the host's", async () => {
    const [clientId, pkce, browser] = [await registered(), await newPkce(), new Browser()];
    const page = await (await browser.open(authorizePath(clientId, pkce))).text();
    const handle = /name="handle" value="([^"]+)"/.exec(page)?.[1] ?? "";
    expect((await complete({ state: handle, user_id: "ada" })).status).toBe(404);
    const answer = await browser.open(`/oauth/authorize/continue?state=${handle}&ticket=t`);
    await refusedPage(answer);
  });
});

describe("a deployment", () => {
  test.each([
    ["GET", "/oauth/authorize"],
    ["POST", "/oauth/authorize"],
    ["GET", "/oauth/authorize/continue"],
    ["POST", "/oauth/token"],
    ["POST", "/oauth/register"],
    ["GET", "/.well-known/oauth-authorization-server"],
    ["GET", "/.well-known/oauth-protected-resource"],
    ["GET", "/.well-known/oauth-protected-resource/mcp"],
  ])("that knows no user has no %s %s", async (method, path) => {
    const unset = { MCP_SIGN_IN_URL: undefined, MCP_STANDALONE: undefined };
    expect((await inEnvironment(unset, path, { method })).status).toBe(404);
  });

  test("that knows no user takes no token, and leads nobody anywhere", async () => {
    const host = await atHost();
    const answer = await host.browser.open(await continueUrl(host.state, newUser()));
    const { access_token: access } = await tokenOf(answer, host);
    const ask = (change: object) =>
      inEnvironment(change, "http://localhost:8787/mcp", {
        method: "POST",
        headers: { authorization: `Bearer ${String(access)}` },
        body: "{}",
      });
    const refused = await ask({ MCP_SIGN_IN_URL: undefined });
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer error="invalid_token"',
    ]);
  });

  test("without the objects says what is missing", async () => {
    const answer = await inEnvironment({ MCP_GRANTS: undefined }, "/mcp/grants?user_id=ada", {
      headers: { authorization: `Bearer ${allKey}` },
    });
    expect([answer.status, await json(answer)]).toEqual([
      503,
      expect.objectContaining({ details: expect.objectContaining({ variable: "MCP_GRANTS" }) }),
    ]);
  });

  test("counts what is asked without a credential, by address", async () => {
    const keys: string[] = [];
    const RATE_LIMIT = {
      limit: async ({ key }: { key: string }) => {
        keys.push(key);
        return { success: false };
      },
    };
    const headers = { "cf-connecting-ip": "192.0.2.7" };
    const page = await inEnvironment({ RATE_LIMIT }, "/oauth/authorize", { headers });
    expect([page.status, page.headers.get("content-type")]).toEqual([
      429,
      "text/html; charset=utf-8",
    ]);
    for (const path of ["/oauth/token", "/oauth/register"]) {
      const answer = await inEnvironment({ RATE_LIMIT }, path, {
        method: "POST",
        headers,
        body: "",
      });
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "60"]);
      expect(await json(answer)).toMatchObject({ error: "temporarily_unavailable" });
    }
    expect(new Set(keys)).toEqual(new Set(["address:192.0.2.7"]));
  });
});
