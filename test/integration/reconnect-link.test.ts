import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Environment } from "../../src/platform/env.ts";
import { callback, landing, serverStart } from "./support/browser-sign-in.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, signIn, type Stub } from "./support/connections.ts";
import { allKey, CookieJar, front, json } from "./support/front.ts";
import { inEnvironment } from "./support/http.ts";
import { watch } from "./support/live.ts";
import { ownError } from "./support/own-error.ts";
import { authorize, sandbox } from "./support/sandbox.ts";
import { claimsIn } from "./support/token-requests.ts";
import {
  configureWebhooks,
  receiverSecret,
  receiverUrl,
  WebhookReceiver,
} from "./support/webhook-receiver.ts";

/** The `connect_url` of a remedy, as whoever has it can use it: a browser without any credential. */

const connectPage = "https://app.example/settings/accounts";
(env as Environment).CONNECT_PAGE_URL = connectPage;
configureWebhooks([{ id: "links", url: receiverUrl("links"), secret: receiverSecret }]);

const service = exports.AzureService({ props: { caller: "test" } });
const me = "https://graph.microsoft.com/v1.0/me";
const grace = "grace@contoso.example";
const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
const day = 24 * 3_600;

const clock = clockOfEachTest();
const receiver = new WebhookReceiver();
beforeEach(() => receiver.listen());

const linkIn = (url: string | undefined): string =>
  new URL(url ?? "").pathname + new URL(url ?? "").search;
const linkOf = async (stub: Stub): Promise<string> =>
  linkIn(expectOk(await stub.info()).remedy?.connect_url);

/** A connection whose next token POST was refused. */
async function broken(aadsts = 50173, account?: string) {
  const made = await connected(account);
  await clock.advance(4_000);
  await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts });
  await (await made.stub.fetch(me)).arrayBuffer();
  return { ...made, link: await linkOf(made.stub) };
}

const open = (link: string) => front(link);
const press = (link: string, jar = new CookieJar(), headers: Record<string, string> = {}) =>
  front(link, { method: "POST", headers: { "sec-fetch-site": "same-origin", ...headers } }).then(
    (answer) => jar.take(answer),
  );

/** A person opens the link, presses the button, and signs in. */
async function follow(link: string, account?: string, jar = new CookieJar()): Promise<Response> {
  const started = await press(link, jar);
  expect(started.status).toBe(303);
  return jar.take(await callback(await authorize(landing(started).href, account), jar));
}

const altered = (link: string): string =>
  `${link.slice(0, -4)}${link.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
const unknown = { ok: false, error: { code: "not_found" } };

const openSignIns = (stub: Stub) =>
  runInDurableObject(stub, (_, { storage: { sql } }) =>
    sql
      .exec("SELECT start, tenant, return_url FROM authorization WHERE finished_at IS NULL")
      .toArray(),
  );
const grantOf = (stub: Stub) =>
  runInDurableObject(stub, (_, { storage: { sql } }) =>
    sql.exec("SELECT refresh_token, object_id, generation, remedy, status FROM grant").one(),
  );

describe("the link of a remedy", () => {
  test("is the same in status, error, event, socket and webhook, and stored nowhere", async () => {
    const { id, stub } = await connected();
    const live = await watch(stub);
    await clock.advance(4_000);
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts: 50173 });
    const refused = await ownError(await stub.fetch(me));
    const overHttp = await json(
      await front(`/user?user_id=${id.slice("user:".length)}`, { credential: allKey }),
    );
    const info = expectOk(await stub.info());
    const { events } = expectOk(await stub.events());
    const event = events.find(({ type }) => type === "connection.action_required");
    await expect
      .poll(() => live.find(({ type }) => type === "connection.action_required"))
      .toEqual(event);
    const again = await watch(stub, { after: (event?.seq ?? 0) - 1 });
    await expect.poll(() => again[1]).toEqual(event);
    expect(again[0]).toMatchObject({ data: { remedy: info.remedy } });
    await runDurableObjectAlarm(stub);
    const delivered = () =>
      receiver.eventsOf(id, "links").find((one) => one.type === "connection.action_required");
    await expect.poll(delivered).toMatchObject({ id: event?.id });
    expect((await open(linkIn(delivered()?.data.remedy.connect_url))).status).toBe(200);

    expect(info.remedy?.connect_url).toMatch(/^http:\/\/localhost:8787\/reconnect\?link=/);
    for (const remedy of [refused["remedy"], overHttp["remedy"], event?.data]) {
      expect(JSON.stringify(remedy)).toContain(info.remedy?.connect_url);
    }
    const stored = await runInDurableObject(stub, (_, { storage: { sql } }) =>
      ["grant", "access_token", "event", "outbox"].map((table) =>
        JSON.stringify(sql.exec(`SELECT * FROM "${table}"`).toArray()),
      ),
    );
    expect(stored.join()).toContain("50173");
    expect(stored.join()).not.toMatch(/connect_url|reconnect/);
  });

  test("replaces one that an older version stored", async () => {
    const { stub, link } = await broken();
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const old = "http://localhost:8787/connect?user_id=old";
      sql.exec("UPDATE grant SET remedy = json_set(remedy, '$.connect_url', ?)", old);
      sql.exec(
        "UPDATE event SET data = json_set(data, '$.remedy.connect_url', ?) WHERE type = 'connection.action_required'",
        old,
      );
    });
    expect(await linkOf(stub)).toBe(link);
    const { events } = expectOk(await stub.events());
    expect(JSON.stringify(events)).toContain(link);
    expect(JSON.stringify(events)).not.toContain("user_id=old");
  });

  test("shows anybody who opens it what is asked, a masked name, and no more", async () => {
    const { id, stub, link } = await broken();
    const before = await grantOf(stub);
    const mark = await sandbox.mark();
    for (const request of [{}, { method: "HEAD" }, { headers: { "sec-purpose": "prefetch" } }]) {
      const page = await front(link, request);
      expect(page.status).toBe(200);
      const text = await page.text();
      expect(text).not.toContain("ada@contoso");
      expect(text).not.toContain(id);
      expect(text).not.toContain("object");
      expect(page.headers.getSetCookie()).toEqual([]);
    }
    const page = await open(link);
    const text = await page.text();
    expect(text).toContain("a•••@contoso.example");
    expect(text).toContain("sign in again");
    expect(text).toMatch(/<form method="post"\s*>\s*<button\s+type="submit"\s*>/);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
      "content-security-policy": expect.stringMatching(
        /default-src 'none'.*form-action 'self' https: https:\/\/login\.microsoftonline\.com; frame-ancestors 'none'/,
      ),
    });
    // Opening it begins nothing.
    expect(await openSignIns(stub)).toEqual([]);
    expect(await sandbox.requests(mark)).toEqual([]);
    expect(await grantOf(stub)).toEqual(before);
  });

  test("heals the same connection: at its tenant, with an opaque hint, in that browser alone", async () => {
    const { stub, link, info: before } = await broken();
    const jar = new CookieJar();
    const started = await press(`${link}&return_url=https://evil.example/&utm_source=mail`, jar);
    expect(started.status).toBe(303);
    expect(started.headers.get("cache-control")).toBe("no-store");
    const { host, pathname, searchParams } = landing(started);
    expect([host, pathname]).toEqual([
      "login.microsoftonline.com",
      `/${contoso}/oauth2/v2.0/authorize`,
    ]);
    expect(searchParams.get("login_hint")).toMatch(/./);
    expect(landing(started).href).not.toMatch(/ada@|ada%40/);
    expect(await openSignIns(stub)).toEqual([
      { start: "reconnect", tenant: contoso, return_url: null },
    ]);

    const answer = await authorize(landing(started).href);
    const stolen = await callback(answer);
    expect(stolen.status).toBe(400);
    expect(await stolen.text()).toContain("another browser");
    const finished = await callback(answer, jar);
    expect(finished.status).toBe(200);
    expect(finished.headers.get("location")).toBeNull();
    const info = expectOk(await stub.info());
    expect(info).toMatchObject({ status: "active", identity: before.identity });
    expect((await stub.fetch(me)).status).toBe(200);
    // Sent once more, it says so and does nothing.
    expect(await (await callback(answer, jar)).text()).toContain("finished");
    expect(expectOk(await stub.events()).events.at(-1)?.type).toBe("connection.connected");
  });

  test("changes nothing for another account, and stays good for its own", async () => {
    const { stub, link } = await broken();
    const before = await grantOf(stub);
    const page = await follow(link, grace);
    expect(page.status).toBe(409);
    expect(await page.text()).toContain("another one signed in");
    expect(await grantOf(stub)).toEqual(before);
    expect(await openSignIns(stub)).toEqual([]);
    expect((await follow(link)).status).toBe(200);
    expect(expectOk(await stub.info()).status).toBe("active");
  });

  test("lets Microsoft itself refuse an account of another tenant", async () => {
    const { stub, link } = await broken();
    const before = await grantOf(stub);
    const started = await press(link);
    const refused = await authorize(landing(started).href, "alan@fabrikam.example").catch(String);
    expect(refused).toContain("AADSTS50020");
    expect(await grantOf(stub)).toEqual(before);
  });

  test("asks a personal account at its own authority, and heals it", async () => {
    const { stub, link } = await broken(50173, "pat@outlook.example");
    expect(landing(await press(link)).pathname).toBe("/consumers/oauth2/v2.0/authorize");
    expect((await follow(link, "pat@outlook.example")).status).toBe(200);
    expect(expectOk(await stub.info()).status).toBe("active");
  });

  test("shows the permissions to consent to, and brings the claims that lack", async () => {
    const { link } = await broken(65001);
    expect(await (await open(link)).text()).toContain("Mail.Read");
    const stepUp = await broken(50076);
    const { searchParams } = landing(await press(stepUp.link));
    expect(claimsIn(searchParams)).toMatchObject({
      access_token: { capolids: { essential: true } },
    });
    expect((await follow(stepUp.link)).status).toBe(200);
  });

  test("of an operation that lacks a permission asks for it, and is over once it was given", async () => {
    await sandbox.reset();
    const { id, stub } = await connected(grace);
    const userId = id.slice("user:".length);
    const refused = await json(await front(`/contacts?user_id=${userId}`, { credential: allKey }));
    const { connect_url: url } = refused["remedy"] as { connect_url: string };
    const page = await (await open(linkIn(url))).text();
    expect(page).toContain("Microsoft will ask you to allow: Contacts.Read.");
    expect(page).not.toContain("lost"); // it has what it was given, and asks for more
    expect((await follow(linkIn(url), grace)).status).toBe(200);
    expect((await front(`/contacts?user_id=${userId}`, { credential: allKey })).status).toBe(200);
    expect(await (await open(linkIn(url))).text()).toContain("Nothing has to be done");
    expect(expectOk(await stub.info()).scopes).toContain("Contacts.Read");
  });
});

describe("a link that leads nowhere", () => {
  test.each<[string, (link: string) => string]>([
    ["altered", altered],
    ["cut short", (link) => link.slice(0, -20)],
    ["absent", () => "/reconnect"],
    ["longer than any link", (link) => `${link}${"A".repeat(9_000)}`],
    ["made up", () => "/reconnect?link=e30.AAAA"],
  ])("because it is %s is answered by a page that says so", async (_, change) => {
    const { stub, link } = await broken();
    for (const page of [await open(change(link)), await press(change(link))]) {
      expect(page.status).toBe(400);
      expect(page.headers.get("content-type")).toContain("text/html");
      expect(await page.text()).toContain("This link cannot be used");
      expect(page.headers.getSetCookie()).toEqual([]);
    }
    expect(await openSignIns(stub)).toEqual([]);
  });

  test("because it is old says so; the remedy has a newer one", async () => {
    const { stub, link } = await broken();
    await clock.advance(29 * day);
    expect((await open(link)).status).toBe(200);
    await clock.advance(day);
    for (const page of [await open(link), await press(link)]) {
      expect(page.status).toBe(400);
      expect(await page.text()).toContain("too old");
    }
    const next = await linkOf(stub);
    expect(next).not.toBe(link);
    expect((await open(next)).status).toBe(200);
  });

  test("because nothing has to be repaired names nobody, and begins nothing", async () => {
    const { stub, link } = await broken();
    expectOk(await signIn(stub));
    for (const page of [await open(link), await press(link)]) {
      expect(page.status).toBe(200);
      const text = await page.text();
      expect(text).toContain("Nothing has to be done");
      expect(text).not.toMatch(/•••|contoso|<form/);
    }
    expect(await openSignIns(stub)).toEqual([]);
    const { events } = expectOk(await stub.events());
    expect(JSON.stringify(events)).not.toContain("connect_url");
  });

  test("because its account was disconnected is 404; the remedy leads to the host's page", async () => {
    const { stub, link } = await broken();
    expectOk(await stub.disconnect());
    for (const page of [await open(link), await press(link)]) {
      expect(page.status).toBe(404);
      const text = await page.text();
      expect(text).toContain(`href="${connectPage}"`);
      expect(text).not.toMatch(/•••|<form/);
    }
    const without = await inEnvironment(
      { CONNECT_PAGE_URL: undefined },
      `http://localhost:8787${link}`,
    );
    expect(without.status).toBe(404);
    expect(await without.text()).not.toContain("href");
    expect(await ownError(await stub.fetch(me))).toMatchObject({
      remedy: { action: "sign_in", connect_url: connectPage },
    });
  });

  test("because another account was connected since is 404, though that one is broken too", async () => {
    const { stub, link } = await broken();
    expectOk(await stub.disconnect());
    expectOk(await signIn(stub, grace));
    await clock.advance(4_000);
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts: 50173 });
    await (await stub.fetch(me)).arrayBuffer();
    for (const page of [await open(link), await press(link)]) expect(page.status).toBe(404);
    const next = await linkOf(stub);
    expect(await (await open(next)).text()).toContain("g•••@contoso.example");
  });
});

describe("a sign-in that a link began", () => {
  test("is over once the connection was disconnected, by a callback or beside it", async () => {
    const { stub, link } = await broken();
    const jar = new CookieJar();
    const started = await press(link, jar);
    const answer = await authorize(landing(started).href);
    expectOk(await stub.disconnect());
    expect((await callback(answer, jar)).status).toBe(400);
    expect(expectOk(await stub.info()).status).toBe("disconnected");
  });

  test("that comes back beside a disconnect connects nobody", async () => {
    const { stub, link } = await broken();
    const jar = new CookieJar();
    const answer = await authorize(landing(await press(link, jar)).href);
    await sandbox.fault({ match: { grant_type: "authorization_code" }, times: 1, delay_ms: 300 });
    const mark = await sandbox.mark();
    const returning = callback(answer, jar);
    await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
    expectOk(await stub.disconnect());
    expect((await returning).status).not.toBe(200);
    expect(expectOk(await stub.info()).status).toBe("disconnected");
  });

  test("does no harm beside another one of the same account, in whatever order they end", async () => {
    const { stub, link } = await broken();
    const jars = [new CookieJar(), new CookieJar()];
    const answers = await Promise.all(
      jars.map(async (jar) => authorize(landing(await press(link, jar)).href)),
    );
    const pages = await Promise.all(answers.map((answer, index) => callback(answer, jars[index])));
    expect(pages.map(({ status }) => status)).toEqual([200, 200]);
    expect(expectOk(await stub.info()).status).toBe("active");
  });

  test("pushes out no sign-in of the host, however often the button is pressed", async () => {
    const { id, stub, link } = await broken();
    const return_url = "https://app.example/";
    for (let started = 0; started < 17; started += 1) {
      await serverStart(id.slice("user:".length), { return_url });
    }
    for (let pressed = 0; pressed < 12; pressed += 1) expect((await press(link)).status).toBe(303);
    const count = async () => Object.groupBy(await openSignIns(stub), ({ start }) => String(start));
    const { server, reconnect } = await count();
    expect([server?.length, reconnect?.length]).toEqual([17, 3]);
    for (let started = 0; started < 3; started += 1) {
      await serverStart(id.slice("user:".length), { return_url });
    }
    expect((await count()).server).toHaveLength(20);
    const full = await press(link);
    expect(full.status).toBe(429);
    expect(await full.text()).toContain("Too many sign-ins");
  });

  test("has at most ten of its kind open", async () => {
    const { stub, link } = await broken();
    for (let pressed = 0; pressed < 12; pressed += 1) await press(link);
    expect(await openSignIns(stub)).toHaveLength(10);
  });

  test("is not ended by somebody elsewhere who has the same link, however often they press", async () => {
    const { stub, link } = await broken();
    const jar = new CookieJar();
    const started = await press(link, jar, { "cf-connecting-ip": "192.0.2.7" });
    for (let pressed = 0; pressed < 12; pressed += 1) {
      const from = { "cf-connecting-ip": `2001:db8:1:2::${pressed}` };
      expect((await press(link, new CookieJar(), from)).status).toBe(303);
    }
    expect((await callback(await authorize(landing(started).href), jar)).status).toBe(200);
    expect(expectOk(await stub.info()).status).toBe("active");
  });

  test("begins for a sibling's stub by a link of ours alone, as it does for anybody", async () => {
    const { stub, link } = await broken();
    const other = await broken();
    const textOf = (path: string) => new URLSearchParams(path.split("?")[1]).get("link") ?? "";
    const from = "192.0.2.1";
    for (const text of ["made up", textOf(altered(link)), textOf(other.link)]) {
      expect(await stub.reconnectRequest({ link: text })).toMatchObject(unknown);
      expect(await stub.beginReconnect({ link: text, from })).toMatchObject(unknown);
    }
    expect(await openSignIns(stub)).toEqual([]);
    expect((await stub.beginReconnect({ link: textOf(link), from })).ok).toBe(true);
  });

  test("has a state that is worthless to a host that completes sign-ins itself", async () => {
    const { id, stub, link } = await broken();
    const started = await press(link);
    const answer = await authorize(landing(started).href);
    const refused = await service
      .completeConnect({
        userId: id.slice("user:".length),
        code: answer.get("code") ?? "",
        state: answer.get("state") ?? "",
      })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "not_found" });
    expect(expectOk(await stub.info()).status).toBe("action_required");
  });
});

describe("the button of a link", () => {
  test.each<[string, Record<string, string>, number]>([
    ["its own page", { "sec-fetch-site": "same-origin", origin: "null" }, 303],
    ["a person who loads the answer anew", { "sec-fetch-site": "none" }, 303],
    [
      "a form of another site",
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      403,
    ],
    [
      "a form of a neighbour",
      { "sec-fetch-site": "same-site", origin: "http://localhost:9999" },
      403,
    ],
    ["a form that hides where it is", { origin: "null" }, 403],
    ["another origin, in an old browser", { origin: "https://evil.example" }, 403],
    ["this origin, in an old browser", { origin: "http://localhost:8787" }, 303],
    ["what says neither, as no browser does", {}, 403],
  ])("that %s presses is answered as it has to be", async (_, headers, status) => {
    const { stub, link } = await broken();
    const answer = await front(link, { method: "POST", headers });
    expect(answer.status).toBe(status);
    expect(await openSignIns(stub)).toHaveLength(status === 303 ? 1 : 0);
  });

  test("and the page are limited by the address of who asks", async () => {
    const { stub, link } = await broken();
    const keys: string[] = [];
    const limiter = {
      limit: vi.fn(async ({ key }: { key: string }) => {
        keys.push(key);
        return { success: keys.length <= 1 };
      }),
    };
    const from = { headers: { "cf-connecting-ip": "192.0.2.7" } };
    const url = `http://localhost:8787${link}`;
    const ask = (init: RequestInit) =>
      inEnvironment({ RATE_LIMIT: limiter }, url, { ...from, ...init });
    expect((await ask({})).status).toBe(200);
    const page = { ...from.headers, "sec-fetch-site": "same-origin" };
    for (const init of [{}, { method: "POST", headers: page }]) {
      const refused = await ask(init);
      expect(refused.status).toBe(429);
      expect(await refused.text()).toContain("more requests than this service allows");
    }
    expect(new Set(keys)).toEqual(new Set(["address:192.0.2.7"]));
    expect(await openSignIns(stub)).toEqual([]);
  });
});
