import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { sandbox } from "./support/sandbox.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const subscriptions = "https://management.azure.com/subscriptions?api-version=2022-12-01";

const clock = clockOfEachTest();
afterEach(async () => {
  await sandbox.settings({ access_token_lifetime_s: 3600, refresh_in_s: null, cae: false });
});

/** Calls at once, and the statuses they got. */
async function statuses(stub: Stub, urls: readonly string[]): Promise<number[]> {
  return Promise.all(
    urls.map(async (url) => {
      const response = await stub.fetch(url);
      await response.arrayBuffer();
      return response.status;
    }),
  );
}

const times = <Value>(count: number, value: Value): Value[] =>
  Array.from({ length: count }, () => value);

const eventTypes = async (stub: Stub) =>
  expectOk(await stub.events()).events.map(({ type }) => type);

describe("refreshing", () => {
  test("makes one token POST for 500 callers that meet an expired token", async () => {
    const { stub } = await connected();
    await clock.advance(4_000);
    const mark = await sandbox.mark();
    expect(new Set(await statuses(stub, times(500, me)))).toEqual(new Set([200]));
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
  });

  test("makes one token POST for 100 callers whose token was revoked at Graph", async () => {
    const { stub } = await connected();
    await sandbox.revoke("ada@contoso.example", "graph");
    const mark = await sandbox.mark();
    expect(new Set(await statuses(stub, times(100, me)))).toEqual(new Set([200]));
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
  });

  test("never has two token POSTs of one connection out at once", async () => {
    const { stub } = await connected();
    await clock.advance(4_000);
    await sandbox.fault({ match: { url: "/oauth2/v2.0/token" }, times: 2, delay_ms: 100 });
    const mark = await sandbox.mark();
    const calls = [...times(20, me), ...times(20, subscriptions)];
    expect(new Set(await statuses(stub, calls))).toEqual(new Set([200]));
    const posts = await sandbox.tokenPosts(mark);
    expect(posts).toHaveLength(2);
    const [first, second] = posts;
    expect(second?.started_at).toBeGreaterThanOrEqual(first?.ended_at ?? Infinity);
  });

  test("serves a token past its renewal time and renews it behind the caller", async () => {
    const { stub } = await connected();
    await clock.advance(3_500);
    await sandbox.fault({ match: { url: "/oauth2/v2.0/token" }, times: 1, delay_ms: 300 });
    const mark = await sandbox.mark();
    expect(await statuses(stub, [me, me, me])).toEqual([200, 200, 200]);
    // All three were answered while the renewal was still out.
    const answered = (await sandbox.requests(mark)).filter(({ url }) => url === me);
    expect(answered.every(({ status }) => status === 200)).toBe(true);
    await expect
      .poll(async () => (await sandbox.tokenPosts(mark)).map(({ status }) => status))
      .toEqual([200]);
  });

  test("renews what is used before it expires, one POST per resource and period, for an hour", async () => {
    await sandbox.settings({ access_token_lifetime_s: 120 });
    const { stub } = await connected();
    const mark = await sandbox.mark();
    let waited = 0;
    for (let elapsed = 0; elapsed < 3_600; elapsed += 10) {
      await clock.advance(10);
      await runDurableObjectAlarm(stub);
      const tick = await sandbox.mark();
      expect(await statuses(stub, [me, subscriptions])).toEqual([200, 200]);
      waited += (await sandbox.tokenPosts(tick)).length;
    }
    const posts = await sandbox.tokenPosts(mark);
    expect(waited).toBe(0);
    for (const resource of ["graph.microsoft.com", "management.azure.com"]) {
      const count = posts.filter(({ scope }) => scope?.includes(resource)).length;
      // Renewal at half of 120 s, less a jitter of up to 12 s, met by a tick every 10 s.
      expect(count).toBeGreaterThanOrEqual(3_600 / 70);
      expect(count).toBeLessThanOrEqual(3_600 / 48);
    }
  }, 120_000);

  test("leaves an unused token to lapse and refreshes an idle grant every 14 days", async () => {
    const { stub } = await connected();
    const mark = await sandbox.mark();
    for (let day = 0; day < 90; day += 1) {
      await clock.advance(86_400);
      await runDurableObjectAlarm(stub);
    }
    expect((await sandbox.tokenPosts(mark)).length).toBe(6);
    expect(expectOk(await stub.info()).status).toBe("active");
  }, 60_000);

  test("keeps serving while Entra is down and the token is valid: degraded, then recovered", async () => {
    const { stub } = await connected();
    expect(await statuses(stub, [me])).toEqual([200]);
    await clock.advance(3_400);
    await sandbox.fault({
      match: { url: "/oauth2/v2.0/token" },
      times: 1,
      respond: { status: 503, body: "Service Unavailable" },
    });
    await runDurableObjectAlarm(stub);
    expect(expectOk(await stub.info()).status).toBe("degraded");
    expect(await statuses(stub, times(10, me))).toEqual(times(10, 200));
    await clock.advance(60);
    await runDurableObjectAlarm(stub);
    expect(expectOk(await stub.info()).status).toBe("active");
    expect(await eventTypes(stub)).toEqual([
      "connection.pending",
      "connection.connected",
      "connection.degraded",
      "token.refresh_failed",
      "connection.recovered",
      "token.refreshed",
    ]);
  });

  test("recovers by itself from a refresh that was asked for too early, used or not", async () => {
    const { stub } = await connected();
    await sandbox.fault({
      match: { url: "/oauth2/v2.0/token" },
      times: 1,
      respond: { status: 503, body: "Service Unavailable" },
    });
    const refused = await stub.refresh({ resource: "graph" });
    expect(refused).toMatchObject({ ok: false, error: { code: "upstream_unavailable" } });
    expect(expectOk(await stub.info()).status).toBe("degraded");
    await clock.advance(60);
    await runDurableObjectAlarm(stub);
    expect(expectOk(await stub.info()).status).toBe("active");
    expect((await eventTypes(stub)).slice(-2)).toEqual(["connection.recovered", "token.refreshed"]);
  });

  test("latches the connection when the grant is revoked, and heals by the next sign-in", async () => {
    const { stub } = await connected("grace@contoso.example");
    await sandbox.revoke("grace@contoso.example");
    const mark = await sandbox.mark();
    expect(await statuses(stub, [me])).toEqual([424]);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    const info = expectOk(await stub.info());
    expect(info.status).toBe("action_required");
    expect(info.remedy).toMatchObject({ action: "sign_in", aadsts: 50173 });
    expect(info.remedy?.connect_url).toContain("/reconnect?link=");

    expect(new Set(await statuses(stub, times(100, me)))).toEqual(new Set([424]));
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);

    expect(expectOk(await signIn(stub, "grace@contoso.example"))).toMatchObject({
      outcome: "connected",
    });
    expect(await statuses(stub, [me, subscriptions])).toEqual([200, 200]);
    expect(expectOk(await stub.info()).status).toBe("active");
    expect((await eventTypes(stub)).slice(2)).toEqual([
      "connection.action_required",
      "token.refresh_failed",
      "connection.connected",
    ]);
  });

  test("latches only the resource that lost its consent", async () => {
    const { stub } = await connected();
    await clock.advance(4_000);
    await sandbox.fault({
      match: { url: "/oauth2/v2.0/token" },
      times: 1,
      aadsts: 65001,
      suberror: "consent_required",
    });
    expect(await statuses(stub, [subscriptions])).toEqual([424]);
    expect(await statuses(stub, [me])).toEqual([200]);
    const mark = await sandbox.mark();
    expect(await statuses(stub, times(20, subscriptions))).toEqual(times(20, 424));
    expect(await sandbox.tokenPosts(mark)).toHaveLength(0);
    const info = expectOk(await stub.info());
    expect(info.resources.find(({ resource }) => resource === "arm")?.remedy?.action).toBe(
      "consent",
    );
    expect(info.resources.find(({ resource }) => resource === "graph")?.remedy).toBeUndefined();
  });

  test("clears a latch for one POST when somebody asks to refresh", async () => {
    const { stub } = await connected();
    await sandbox.fault({ match: { url: "/oauth2/v2.0/token" }, times: 1, aadsts: 50173 });
    expect(await stub.refresh()).toMatchObject({ ok: false, error: { code: "action_required" } });
    expect(await statuses(stub, [me])).toEqual([424]);
    await clock.advance(11);
    expect(expectOk(await stub.refresh()).status).toBe("active");
    expect(await statuses(stub, [me])).toEqual([200]);
  });

  test("answers an expired token during an outage with the time to wait, without hammering Entra", async () => {
    const { stub } = await connected();
    await clock.advance(4_000);
    await sandbox.fault({
      match: { url: "/oauth2/v2.0/token" },
      times: 1,
      respond: { status: 503, headers: { "retry-after": "30" }, body: "" },
    });
    const mark = await sandbox.mark();
    const [first] = await Promise.all(times(10, 0).map(() => stub.fetch(me)));
    expect(first?.status).toBe(503);
    expect(Number(first?.headers.get("retry-after"))).toBe(30);
    expect(await statuses(stub, times(10, me))).toEqual(times(10, 503));
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    await clock.advance(31);
    expect(await statuses(stub, [me])).toEqual([200]);
  });

  test("writes nothing for a connection nobody began", async () => {
    const stub = actorOf(`user:${newUser()}`);
    expect(await stub.info()).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect(await statuses(stub, [me])).toEqual([404]);
    expect(await stub.accessToken({ resource: "graph" })).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
    expect(await stub.disconnect()).toMatchObject({ ok: false, error: { code: "not_found" } });
    const tables = await runInDurableObject(stub, (_, state) =>
      state.storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
        .toArray(),
    );
    expect(tables).toEqual([]);
  });
});
