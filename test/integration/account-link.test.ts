import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/platform/env.ts";
import { callback, landing, userStart } from "./support/browser-sign-in.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { CookieJar, front, sessionOf } from "./support/front.ts";
import { inEnvironment } from "./support/http.ts";
import { callTool, type McpOptions } from "./support/mcp.ts";
import { letIn } from "./support/oauth-client.ts";
import { authorize, sandbox } from "./support/sandbox.ts";

/** Where an account that is its own user connects itself: by the link of a tool's answer. */

(env as Environment).MCP_STANDALONE = "any";

const ada = "ada@contoso.example";
const grace = "grace@contoso.example";
const guest = "lin@fabrikam.example";
const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
const links = { elicitation: { form: {}, url: {} } };
const accepted = { inputResponses: { connect: { action: "accept" } } };
const clock = clockOfEachTest();

/** Ada as an agent knows her, and her connection, which is not connected. */
async function adaDisconnected() {
  const { access } = await letIn({ account: ada });
  const userId = access.split(":")[0] ?? "";
  const stub = actorOf(`user:${userId}`);
  expectOk(await stub.disconnect());
  return { userId, stub, asAgent: { credential: access } satisfies McpOptions };
}

/** The link of a tool's answer, as text. */
async function linkFor(options: McpOptions): Promise<string> {
  const { text } = await callTool("people_me", {}, options);
  const [, url = ""] = /^The person has to open (\S+) and then ask again\.$/m.exec(text) ?? [];
  const { origin, pathname, search } = new URL(url);
  expect([origin, pathname]).toEqual(["http://localhost:8787", "/connect/account"]);
  return pathname + search;
}

const press = (link: string, jar = new CookieJar(), headers: Record<string, string> = {}) =>
  front(link, { method: "POST", headers: { "sec-fetch-site": "same-origin", ...headers } }).then(
    (answer) => jar.take(answer),
  );

/** A person presses the button, and signs in. */
async function follow(link: string, account: string, jar = new CookieJar()): Promise<Response> {
  const started = await press(link, jar);
  expect(started.status).toBe(303);
  return jar.take(await callback(await authorize(landing(started).href, account), jar));
}

const openSignIns = (stub: Stub) =>
  runInDurableObject(stub, (_, { storage: { sql } }) =>
    sql.exec("SELECT start, begun_from FROM authorization WHERE finished_at IS NULL").toArray(),
  );
const statusOf = async (stub: Stub) => expectOk(await stub.info()).status;

describe("an agent whose user is an account that is not connected", () => {
  test("is given a link where it can open one, and the same call succeeds after the sign-in", async () => {
    const { stub, asAgent } = await adaDisconnected();
    const options = { ...asAgent, capabilities: links };
    const asked = await callTool("mail_list_messages", { top: 1 }, options);
    expect(asked.inputRequests?.["connect"]).toMatchObject({
      method: "elicitation/create",
      params: { mode: "url", url: expect.stringMatching(/\/connect\/account\?link=/) },
    });
    const url = new URL(String(asked.inputRequests?.["connect"]?.params["url"]));
    // The person signs in while the client repeats the call: it waits for them.
    const repeated = callTool("mail_list_messages", { top: 1 }, { ...options, more: accepted });
    const page = await follow(url.pathname + url.search, ada);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(ada)]);
    expect(((await repeated).structured["items"] as unknown[]).length).toBe(1);
    expect(await statusOf(stub)).toBe("active");
  });

  test("is told by words where it cannot, and programs find the same link in the remedy", async () => {
    const { asAgent } = await adaDisconnected();
    const { isError, text, structured } = await callTool("people_me", {}, asAgent);
    const { remedy } = structured as { remedy?: { action: string; connect_url: string } };
    expect([isError, structured["code"], remedy?.action]).toEqual([
      true,
      "action_required",
      "sign_in",
    ]);
    expect(text).toContain(`The person has to open ${remedy?.connect_url} and then ask again.`);
    expect(remedy?.connect_url).toContain("/connect/account?link=");
    await follow(await linkFor(asAgent), ada);
    const { structured: me } = await callTool("people_me", {}, asAgent);
    expect(JSON.stringify(me)).toContain(ada);
  });

  test.each([
    ["one that was never there", ada, `aaaaaaaa-2222-4000-8000-000000000001@${contoso}`],
    [
      "a guest, in the tenant where the user is one",
      guest,
      `aaaaaaaa-2222-4000-8000-000000000003@${contoso}`,
    ],
    [
      "a personal one",
      "pat@outlook.example",
      "00000000-0000-0000-8a7b-6c5d4e3f2a1b@9188040d-6c67-4c5b-b112-36a304b66dad",
    ],
  ])("connects %s", async (_, account, id) => {
    // In capitals: other tests connect the same accounts, and ids differ by them.
    const userId = id.toUpperCase();
    const asAgent = { credential: await sessionOf(userId) };
    const { structured } = await callTool("people_me", {}, asAgent);
    expect(structured["code"]).toBe("not_found");
    expect((await follow(await linkFor(asAgent), account)).status).toBe(200);
    expect(await statusOf(actorOf(`user:${userId}`))).toBe("active");
  });

  test("gets the account link and not the host's page, which could not know the user", async () => {
    const { asAgent } = await adaDisconnected();
    const via = (request: Request) =>
      inEnvironment({ CONNECT_PAGE_URL: "https://app.example/microsoft" }, request.url, request);
    const { text, structured } = await callTool("people_me", {}, { ...asAgent, via });
    expect(JSON.stringify(structured)).not.toContain("app.example");
    expect(text).toContain("/connect/account?link=");
  });
});

describe("no such link is given", () => {
  const textFor = async (userId: string, options: McpOptions = {}): Promise<string> =>
    (await callTool("people_me", {}, { credential: await sessionOf(userId), ...options })).text;
  const inMode = (change: object) => (request: Request) =>
    inEnvironment({ MCP_STANDALONE: undefined, ...change }, request.url, request);
  const fresh = () => `${crypto.randomUUID()}@${contoso}`;
  const none = "not_found: There is no such connection.";

  test("to a user who is no account, whoever would open it", async () => {
    expect(await textFor(newUser())).toBe(none);
    expect(await textFor("ada@contoso.example")).toBe(none);
  });

  test("for another account of the user", async () => {
    expect(await textFor(fresh(), { query: "?label=work" })).toBe(none);
  });

  test("where the host knows who its user is: there it is the host's page", async () => {
    const page = "https://app.example/microsoft";
    const host = { MCP_SIGN_IN_URL: "https://app.example/sign-in", CONNECT_PAGE_URL: page };
    const text = await textFor(fresh(), { via: inMode(host) });
    expect(text).toContain(`The person has to open ${page} and`);
    expect(text).not.toContain("/connect/account");
  });

  test("to accounts of tenants that are not listed", async () => {
    const listed = { MCP_STANDALONE: "bbbbbbbb-0000-4000-8000-00000000000b" };
    expect(await textFor(fresh(), { via: inMode(listed) })).toBe(none);
    expect(await textFor(fresh(), { via: inMode({ MCP_STANDALONE: contoso }) })).toContain(
      "/connect/account?link=",
    );
  });

  test("by the page itself, once accounts do not sign in stand-alone any more", async () => {
    const { stub, asAgent } = await adaDisconnected();
    const link = await linkFor(asAgent);
    const url = `http://localhost:8787${link}`;
    const host = { MCP_STANDALONE: undefined, MCP_SIGN_IN_URL: "https://app.example/sign-in" };
    for (const init of [{}, { method: "POST", headers: { "sec-fetch-site": "same-origin" } }]) {
      expect((await inEnvironment(host, url, init)).status).toBe(404);
    }
    expect(await openSignIns(stub)).toEqual([]);
  });
});

describe("the page of an account link", () => {
  test("shows nothing of the person, and begins nothing however it is opened", async () => {
    const { userId, stub, asAgent } = await adaDisconnected();
    const link = await linkFor(asAgent);
    const mark = await sandbox.mark();
    for (const request of [{}, { method: "HEAD" }, { headers: { "sec-purpose": "prefetch" } }]) {
      const page = await front(link, request);
      expect([page.status, page.headers.getSetCookie()]).toEqual([200, []]);
      const text = await page.text();
      for (const part of [...userId.split("@"), "ada", "contoso"]) expect(text).not.toContain(part);
    }
    const page = await front(link);
    expect(await page.text()).toMatch(/<form method="post"\s*>\s*<button\s+type="submit"\s*>/);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
      "content-security-policy": expect.stringMatching(
        /default-src 'none'.*form-action 'self' https: https:\/\/login\.microsoftonline\.com; frame-ancestors 'none'/,
      ),
    });
    expect(await openSignIns(stub)).toEqual([]);
    expect(await sandbox.requests(mark)).toEqual([]);
  });

  test("sends the browser to the account's tenant, asked which account it is and told none", async () => {
    const { asAgent } = await adaDisconnected();
    const started = await press(await linkFor(asAgent));
    const { pathname, searchParams } = landing(started);
    expect(pathname).toBe(`/${contoso}/oauth2/v2.0/authorize`);
    expect(searchParams.get("prompt")).toBe("select_account");
    expect(searchParams.has("login_hint")).toBe(false);
    expect(started.headers.get("referrer-policy")).toBe("no-referrer");
    expect(started.headers.getSetCookie().join()).toMatch(/__Host-azure_flow_.*HttpOnly.*Secure/);
  });

  test("is over after an hour, and refuses what was altered", async () => {
    const { stub, asAgent } = await adaDisconnected();
    const link = await linkFor(asAgent);
    const altered = `${link.slice(0, 40)}${link[40] === "A" ? "B" : "A"}${link.slice(41)}`;
    for (const one of [altered, "/connect/account", "/connect/account?link=made.up"]) {
      expect([(await front(one)).status, (await press(one)).status]).toEqual([400, 400]);
    }
    await clock.advance(3_601);
    const old = await press(link);
    expect([old.status, await old.text()]).toEqual([400, expect.stringContaining("too old")]);
    expect(await openSignIns(stub)).toEqual([]);
  });

  test("has nothing to do for an account that works", async () => {
    const { stub, asAgent } = await adaDisconnected();
    const link = await linkFor(asAgent);
    await follow(link, ada);
    const again = await press(link);
    expect([again.status, await again.text()]).toEqual([
      200,
      expect.stringContaining("Nothing has to be done"),
    ]);
    expect(await openSignIns(stub)).toEqual([]);
  });

  test("and its button are limited by the address of who asks", async () => {
    const { stub, asAgent } = await adaDisconnected();
    const url = `http://localhost:8787${await linkFor(asAgent)}`;
    const keys = new Set<string>();
    const limit = async ({ key }: { key: string }) => {
      keys.add(key);
      return { success: false };
    };
    const from = { "cf-connecting-ip": "192.0.2.7", "sec-fetch-site": "same-origin" };
    for (const init of [{ headers: from }, { method: "POST", headers: from }]) {
      const refused = await inEnvironment({ RATE_LIMIT: { limit } }, url, init);
      expect([refused.status, await refused.text()]).toEqual([
        429,
        expect.stringContaining("more requests than this service allows"),
      ]);
    }
    expect(keys).toEqual(new Set(["address:192.0.2.7"]));
    expect(await openSignIns(stub)).toEqual([]);
  });
});

describe("whoever has another's account link", () => {
  test.each([
    ["another account of the tenant", grace],
    ["a guest of the tenant", guest],
  ])("cannot connect %s, and changes nothing", async (_, account) => {
    const { stub, asAgent } = await adaDisconnected();
    const link = await linkFor(asAgent);
    const answer = await follow(link, account);
    expect([answer.status, await answer.text()]).toEqual([
      409,
      expect.stringContaining("This user is one Microsoft account, and another one signed in"),
    ]);
    const { status, identity } = expectOk(await stub.info());
    expect([status, identity]).toEqual(["disconnected", undefined]);
    // The link is still its owner's.
    expect((await follow(link, ada)).status).toBe(200);
  });

  test("cannot connect an account of another tenant: Microsoft lets it not sign in there", async () => {
    const { stub, asAgent } = await adaDisconnected();
    const started = await press(await linkFor(asAgent));
    const stranger = authorize(landing(started).href, "alan@fabrikam.example");
    const refusal = await stranger.catch((error: unknown) => String(error));
    expect(refusal).toContain("AADSTS50020");
    expect(await statusOf(stub)).toBe("disconnected");
  });

  test("cannot end in another browser what they began in theirs", async () => {
    const { stub, asAgent } = await adaDisconnected();
    const started = await press(await linkFor(asAgent));
    const victims = await callback(await authorize(landing(started).href, ada), new CookieJar());
    expect([victims.status, await victims.text()]).toEqual([
      400,
      expect.stringContaining("started in another browser"),
    ]);
    expect(await statusOf(stub)).toBe("disconnected");
  });

  test.each<[string, Record<string, string>]>([
    ["a form of another site", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
    ["a form of a neighbour", { "sec-fetch-site": "same-site" }],
    ["what says not whose form it is", {}],
  ])("cannot press its button by %s", async (_, headers) => {
    const { stub, asAgent } = await adaDisconnected();
    const answer = await front(await linkFor(asAgent), { method: "POST", headers });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
    expect(await openSignIns(stub)).toEqual([]);
  });

  test("ends no sign-in that began elsewhere, however often they press", async () => {
    const { userId, stub, asAgent } = await adaDisconnected();
    const link = await linkFor(asAgent);
    const [pages, own] = [new CookieJar(), new CookieJar()];
    const ofPage = await userStart(userId, pages);
    const ofOwner = await press(link, own, { "cf-connecting-ip": "192.0.2.7" });
    for (let pressed = 0; pressed < 25; pressed += 1) {
      const from = { "cf-connecting-ip": `2001:db8:1:2::${pressed}` };
      expect((await press(link, new CookieJar(), from)).status).toBe(303);
    }
    expect(await openSignIns(stub)).toHaveLength(11);
    expect((await callback(await authorize(ofPage.auth_url, ada), pages)).status).toBe(200);
    expect((await callback(await authorize(landing(ofOwner).href, ada), own)).status).toBe(200);
  });

  test("begins by a sibling's stub what the link allows, and nothing by another's link", async () => {
    const { stub, asAgent } = await adaDisconnected();
    const link = new URLSearchParams((await linkFor(asAgent)).split("?")[1]).get("link") ?? "";
    const from = "192.0.2.1";
    const other = actorOf(`user:${crypto.randomUUID()}@${contoso}`);
    for (const [at, text] of [
      [other, link],
      [stub, "made up"],
      [actorOf(`user:${newUser()}`), link],
    ] as const) {
      expect(await at.beginAccountLink({ link: text, from })).toMatchObject({
        ok: false,
        error: { code: "not_found" },
      });
    }
    expect((await other.info()).ok).toBe(false);
    expect((await stub.beginAccountLink({ link, from })).ok).toBe(true);
  });
});

test("an account link connects nothing that the person disconnected while they signed in", async () => {
  const { stub, asAgent } = await adaDisconnected();
  const jar = new CookieJar();
  const started = await press(await linkFor(asAgent), jar);
  const answer = await authorize(landing(started).href, ada);
  expectOk(await signIn(stub, ada));
  expectOk(await stub.disconnect());
  expect((await callback(answer, jar)).status).toBe(400);
  expect(await statusOf(stub)).toBe("disconnected");
});
