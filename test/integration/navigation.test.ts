import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { callback, landing, serverStart, userStart } from "./support/browser-sign-in.ts";
import { actorOf, connected, expectOk, newUser } from "./support/connections.ts";
import { rowWhen } from "./support/directory.ts";
import { allKey, CookieJar, front, json, sessionOf } from "./support/front.ts";
import { authorize, sandbox } from "./support/sandbox.ts";

const returnUrl = "https://app.example/back";

interface Probe {
  method?: string;
  headers?: Record<string, string>;
}

/** Requests that nobody made who wanted the page: scanners of links, and browsers that fetch ahead. */
const probes: [string, Probe][] = [
  ["HEAD", { method: "HEAD" }],
  ["HEAD with a body's type", { method: "HEAD", headers: { accept: "text/html" } }],
  ["a prefetch", { headers: { "sec-purpose": "prefetch" } }],
  ["a prerender", { headers: { "sec-purpose": "prefetch;prerender" } }],
  ["an older browser's prefetch", { headers: { purpose: "prefetch" } }],
  ["Firefox's prefetch", { headers: { "x-moz": "prefetch" } }],
  [
    "a prefetch of an anonymous proxy",
    { headers: { "sec-purpose": "prefetch;anonymous-client-ip" } },
  ],
];

/** What an answer shows, and what it would lead a browser to or leave with it. */
const shown = async (response: Response) => ({
  status: response.status,
  page: /<h1>(.*)<\/h1>/.exec(await response.text())?.[1],
  location: response.headers.get("location"),
  cookies: response.headers.getSetCookie(),
  cached: response.headers.get("cache-control"),
});

/** A browser shows a page later that it fetched ahead, if that was a success: this one must not be. */
const nothingFor = ({ method }: Probe) => ({
  ...(method === "HEAD"
    ? { status: 200, page: undefined }
    : { status: 403, page: "Nothing was done yet" }),
  location: null,
  cookies: [],
  cached: "no-store",
});

describe.each(probes)("%s", (_, probe) => {
  test("of the callback redeems nothing: the navigation that follows connects", async () => {
    const userId = newUser();
    const jar = new CookieJar();
    const { auth_url: authUrl } = await userStart(userId, jar);
    const parameters = (await authorize(authUrl)).toString();
    const mark = await sandbox.mark();
    const headers = { ...probe.headers, ...jar.header };
    expect(await shown(await front(`/callback?${parameters}`, { ...probe, headers }))).toEqual(
      nothingFor(probe),
    );
    expect(await sandbox.requests(mark)).toEqual([]);
    expect(expectOk(await actorOf(`user:${userId}`).info()).status).toBe("pending");
    const page = await callback(parameters, jar);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("ada@contoso.example");
  });

  test("of the callback of a server's start uses no confirmation up", async () => {
    const userId = newUser();
    const { auth_url: authUrl } = await serverStart(userId, { return_url: returnUrl });
    const parameters = (await authorize(authUrl)).toString();
    expect(await shown(await front(`/callback?${parameters}`, probe))).toEqual(nothingFor(probe));
    const back = landing(await callback(parameters));
    expect(back.searchParams.get("status")).toBe("confirmation_required");
  });

  test("of /connect makes no connection", async () => {
    const userId = newUser();
    const credential = await sessionOf(userId);
    expect(await shown(await front("/connect", { credential, ...probe }))).toEqual(
      nothingFor(probe),
    );
    expect(await shown(await front(`/connect?label=work`, { credential, ...probe }))).toEqual(
      nothingFor(probe),
    );
    for (const id of [`user:${userId}`, `user:${userId}:work`]) {
      expect(await actorOf(id).info()).toMatchObject({ ok: false, error: { code: "not_found" } });
    }
  });

  test("of /connect shows no more than before without a credential", async () => {
    expect((await front("/connect", probe)).status).toBe(401);
  });

  test.each(["/admin-consent", "/callback/admin?admin_consent=True&state=x", "/logout"])(
    "of %s leads nowhere",
    async (path) => {
      const accept = { accept: "text/html" };
      expect(
        await shown(await front(path, { ...probe, headers: { ...accept, ...probe.headers } })),
      ).toEqual(nothingFor(probe));
    },
  );
});

test("HEAD on a live socket's address uses no ticket up", async () => {
  const { id } = await connected();
  const path = `/connections/${encodeURIComponent(id)}`;
  const minted = await front(`${path}/tickets`, { method: "POST", credential: allKey });
  const { data } = await minted.json<{ data: { ticket: string } }>();
  const headers = {
    upgrade: "websocket",
    "sec-websocket-protocol": `azure.v1, ticket.${data.ticket}`,
  };
  // The runtime makes a GET of every request that upgrades: one of a client's own reaches the app so.
  const head = await createApp().fetch(
    new Request(`http://localhost:8787${path}/live`, { method: "HEAD", headers }),
    env,
    createExecutionContext(),
  );
  expect([head.status, head.webSocket]).toEqual([200, null]);
  const socket = await front(`${path}/live`, { headers });
  expect(socket.status).toBe(101);
  socket.webSocket?.accept();
  socket.webSocket?.close();
});

test("HEAD changes nothing on any route that takes GET", async () => {
  const { id } = await connected();
  await rowWhen(id, (entry) => entry?.status === "active");
  const stub = actorOf(id);
  const document = await json(await front("/openapi.json"));
  const paths = Object.entries(document["paths"] as Record<string, Record<string, unknown>>)
    .filter(([, methods]) => "get" in methods)
    .map(([path]) => path.replace("{id}", encodeURIComponent(id)).replaceAll(/\{\w+\}/g, "x"));
  expect(paths.length).toBeGreaterThan(30);
  const rows = () => env.DB.prepare("SELECT count(*) AS rows FROM oauth_connections").first("rows");
  const state = async () => {
    // A read goes to Microsoft under HEAD too: its token is marked as used, and ARM tells of its quota.
    const {
      last_used_at: _,
      used_permissions: __,
      cooldowns: ___,
      resources: used,
      ...info
    } = expectOk(await stub.info());
    const resources = used.map(({ first_used_at: ____, ...resource }) => resource);
    return {
      info: { ...info, resources },
      events: expectOk(await stub.events()),
      rows: await rows(),
    };
  };
  const before = await state();
  const userId = id.slice("user:".length);
  const stranger = newUser();
  const queries = [
    `user_id=${userId}`,
    `user_id=${stranger}&label=new`,
    "",
    "resource=vault",
    "resource=https://api.example",
    "resource=graph&min_validity=86400",
    `resource=graph&stale_generation=${Math.max(...before.info.resources.map(({ generation }) => generation ?? 0))}`,
  ];
  for (const path of paths) {
    for (const query of queries) {
      const response = await front(`${path}?${query}`, { method: "HEAD", credential: allKey });
      expect(response.headers.get("location")).toBeNull();
      expect(await response.text()).toBe("");
    }
  }
  expect(await state()).toEqual(before);
  for (const other of [`user:${stranger}`, `user:${stranger}:new`]) {
    expect(await actorOf(other).info()).toMatchObject({ ok: false });
  }
});
