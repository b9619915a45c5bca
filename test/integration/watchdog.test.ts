import {
  createScheduledController,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import { runWatchdog } from "../../src/watchdog/watchdog.ts";
import type { Finding } from "../../src/platform/log.ts";
import worker from "../../src/index.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, type Stub } from "./support/connections.ts";
import { directory, withoutDirectory } from "./support/directory.ts";
import { sandbox } from "./support/sandbox.ts";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
/** An idle grant's refresh, the day its news may take, and the patience of the watchdog. */
const idleAppointment = 15 * day;
const patience = 20 * minute;

const clock = clockOfEachTest();
let lines: Record<string, unknown>[];

beforeEach(async () => {
  await env.DB.exec("DELETE FROM oauth_connections");
  lines = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    const parsed: Record<string, unknown> = JSON.parse(line);
    if (parsed["event"] === "watchdog") lines.push(parsed);
  });
});

/** Runs the cron's handler, and gives what it logged. */
async function run(): Promise<Record<string, unknown>[]> {
  lines.length = 0;
  await worker.scheduled(createScheduledController({ cron: "*/5 * * * *" }), env);
  return [...lines];
}

const summary = (found: Partial<Record<Finding, number>> = {}) => ({
  level: "info",
  event: "watchdog",
  answered: 0,
  lost: 0,
  abandoned: 0,
  unreachable: 0,
  ...found,
});

const findingsOf = (logged: readonly Record<string, unknown>[], id: string) =>
  logged
    .filter(({ connection }) => connection === connectionHash(id))
    .map(({ finding }) => finding);

/** A connection that the directory knows. */
async function told(): Promise<{ id: string; stub: Stub }> {
  const { id, stub } = await connected();
  await settled(stub);
  return { id, stub };
}

/** Rings, since the platform's own alarm does not know the simulated time, until all is told. */
async function settled(stub: Stub): Promise<void> {
  const waiting = () =>
    runInDurableObject(
      stub,
      (_, { storage: { sql } }) => sql.exec("SELECT 1 FROM outbox").toArray().length,
    );
  await expect
    .poll(
      async () => {
        await runDurableObjectAlarm(stub);
        return waiting();
      },
      { timeout: 5_000, interval: 20 },
    )
    .toBe(0);
}

const alarmOf = (id: string): Promise<number | null> =>
  runInDurableObject(actorOf(id), (_, ctx) => ctx.storage.getAlarm());

const abort = (stub: Stub): Promise<unknown> =>
  runInDurableObject(stub, (_, ctx) => ctx.abort("restart")).catch((error: unknown) => error);

const wipe = (stub: Stub): Promise<unknown> =>
  runInDurableObject(stub, async (_, ctx) => {
    await ctx.storage.deleteAll();
    ctx.abort("wiped");
  }).catch((error: unknown) => error);

async function call(id: string, url: string): Promise<void> {
  const response = await actorOf(id).fetch(url);
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

const callGraph = (id: string) => call(id, "https://graph.microsoft.com/v1.0/me");
const callArm = (id: string) =>
  call(id, "https://management.azure.com/subscriptions?api-version=2022-12-01");

describe("a connection whose alarm was lost", () => {
  test("is probed once it is overdue, refreshes, and reports again", async () => {
    const { id, stub } = await told();
    await runInDurableObject(stub, (_, ctx) => ctx.storage.deleteAlarm());
    await abort(stub);

    await clock.advance(idleAppointment + patience - minute);
    expect(await run()).toEqual([summary()]);
    expect(await alarmOf(id)).toBeNull();

    await clock.advance(2 * minute);
    expect(await run()).toEqual([
      {
        level: "info",
        event: "watchdog",
        connection: connectionHash(id),
        finding: "answered",
        overdue_seconds: expect.closeTo(patience + minute, -1),
      },
      summary({ answered: 1 }),
    ]);
    await expect.poll(() => alarmOf(id), { timeout: 5_000 }).not.toBeNull();
    const mark = await sandbox.mark();
    await runDurableObjectAlarm(actorOf(id));
    await settled(actorOf(id));
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    const row = await directory.read(id);
    expect(Date.parse(row?.next_contact_at ?? "")).toBeGreaterThan(Date.now() + 14 * day * 1_000);
    expect(await run()).toEqual([summary()]);
  });
});

describe("a connection whose row is older than appointments", () => {
  test("is probed once, and has one then", async () => {
    const { id, stub } = await told();
    const refreshedAt = Date.parse(expectOk(await stub.info()).last_refresh_at ?? "");
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("UPDATE grant SET contact_at = NULL").toArray(),
    );
    await abort(stub);
    const { version } = (await directory.read(id)) ?? { version: 0 };
    await directory.postpone([{ connectionId: id, version, until: Date.now() - hour * 1_000 }]);
    expect(findingsOf(await run(), id)).toEqual(["answered"]);
    await settled(actorOf(id));
    await expect
      .poll(async () => Date.parse((await directory.read(id))?.next_contact_at ?? ""), {
        timeout: 5_000,
      })
      .toBe(refreshedAt + idleAppointment * 1_000);
    expect(await run()).toEqual([summary()]);
  });
});

describe("a connection whose object lost everything", () => {
  test("is reported as lost once a day, and keeps nobody from being found", async () => {
    const lost = await told();
    await clock.advance(minute);
    const behind = await told();
    await wipe(lost.stub);
    await runInDurableObject(behind.stub, (_, ctx) => ctx.storage.deleteAlarm());
    await abort(behind.stub);

    await clock.advance(idleAppointment + patience + minute);
    const logged = await run();
    expect(logged).toContainEqual({
      level: "error",
      event: "watchdog",
      connection: connectionHash(lost.id),
      finding: "lost",
      overdue_seconds: expect.any(Number),
    });
    expect(findingsOf(logged, behind.id)).toEqual(["answered"]);
    for (const passed of [5 * minute, 12 * hour, 11 * hour]) {
      await clock.advance(passed);
      expect(findingsOf(await run(), lost.id)).toEqual([]);
    }
    await clock.advance(hour + patience);
    expect(findingsOf(await run(), lost.id)).toEqual(["lost"]);
  });

  test("is lost though somebody has begun a new sign-in on it", async () => {
    const { id, stub } = await told();
    await wipe(stub);
    await clock.advance(idleAppointment + patience + minute);
    expectOk(await actorOf(id).beginAuthorization({ start: "user" }));
    expect(findingsOf(await run(), id)).toEqual(["lost"]);
  });
});

/**
 * Lets a connection live: its alarms ring on time, and somebody may use it.
 *
 * @returns what the watchdog found, having looked each time before anything else happened
 */
async function live(
  { id, stub }: { id: string; stub: Stub },
  seconds: number,
  use: { every: number; call: () => Promise<void> } | undefined = undefined,
): Promise<unknown[]> {
  const end = Date.now() + seconds * 1_000;
  const found: unknown[] = [];
  let nextCall = use === undefined ? Infinity : Date.now();
  while (Date.now() < end) {
    const alarm = (await alarmOf(id)) ?? Infinity;
    const next = Math.min(alarm, nextCall, end);
    await clock.advance(Math.max(1, (next - Date.now()) / 1_000));
    found.push(...findingsOf(await run(), id));
    if (alarm <= Date.now()) await runDurableObjectAlarm(stub);
    if (use !== undefined && nextCall <= Date.now()) {
      nextCall = Date.now() + use.every * 1_000;
      await use.call();
    }
  }
  return found;
}

describe("a connection that works is not probed", () => {
  test("in two days of hourly use", async () => {
    const connection = await told();
    const versions = new Set<number>();
    const call = async () => {
      await callGraph(connection.id);
      await callArm(connection.id);
      versions.add((await directory.read(connection.id))?.version ?? 0);
    };
    expect(await live(connection, 2 * day, { every: hour, call })).toEqual([]);
    // When it began, and each day its backup and what that changes of the days ahead.
    expect(versions.size).toBeLessThanOrEqual(5);
  });

  test("after its use has ended", async () => {
    const connection = await told();
    await callGraph(connection.id);
    await callArm(connection.id);
    // The day's telling goes out with the first renewal, when it seems to be in use still.
    await clock.advance(day);
    await runDurableObjectAlarm(connection.stub);
    expect(await live(connection, 60 * day)).toEqual([]);
  });

  test.each([
    ["Entra does not answer", { respond: { status: 503 } }],
    ["the application's own secret is refused", { aadsts: 7000222 }],
  ])("while %s for more than a day", async (_, fault) => {
    const connection = await told();
    await callGraph(connection.id);
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 10_000, ...fault });
    const found = await live(connection, 30 * hour);
    await sandbox.reset();
    expect(found).toEqual([]);
  });
});

describe("many overdue connections", () => {
  test("are worked off page by page, the longest overdue first", async () => {
    const ids = Array.from({ length: 130 }, () => `user:${newUser()}`);
    const now = Date.now();
    for (const [index, id] of ids.entries()) {
      const time = new Date(now - (10 * hour - index) * 1_000).toISOString();
      await directory.upsert({
        connection_id: id,
        status: "active",
        remedy_action: null,
        tenant_id: null,
        upn: null,
        scope: null,
        refresh_token: "k1.backup",
        version: now,
        created_at: time,
        updated_at: time,
        next_contact_at: time,
        paused_sinks: null,
      });
    }
    const pages = [await run(), await run(), await run()];
    expect(pages.map((page) => page.at(-1))).toEqual([
      summary({ lost: 100 }),
      summary({ lost: 30 }),
      summary(),
    ]);
    const hashes = pages.map((page) => page.slice(0, -1).map(({ connection }) => connection));
    const expected = ids.map((id) => connectionHash(id));
    expect(hashes[0]?.toSorted()).toEqual(expected.slice(0, 100).toSorted());
    expect(hashes.flat().toSorted()).toEqual(expected.toSorted());
  });
});

describe("a sign-in that nobody finished", () => {
  test("whose object is gone leaves no row behind", async () => {
    const id = `user:${newUser()}`;
    expectOk(await actorOf(id).beginAuthorization({ start: "user" }));
    await settled(actorOf(id));
    await wipe(actorOf(id));
    await clock.advance(10 * minute + patience - minute);
    expect(await run()).toEqual([summary()]);
    await clock.advance(2 * minute);
    const logged = await run();
    expect(findingsOf(logged, id)).toEqual(["abandoned"]);
    expect(await directory.read(id)).toBeUndefined();
  });
});

describe("a connection that does not answer", () => {
  test("is probed again within the hour", async () => {
    const { id } = await told();
    await clock.advance(idleAppointment + patience + minute);
    const broken = { ...env, AZURE_CONNECTION: unreachable() };
    await runWatchdog(broken, Date.now());
    expect(findingsOf(lines, id)).toEqual(["unreachable"]);
    await clock.advance(patience - minute);
    expect(findingsOf(await run(), id)).toEqual([]);
    await clock.advance(15 * minute + 2 * minute);
    expect(findingsOf(await run(), id)).toEqual(["answered"]);
  });
});

/** A namespace whose every object fails. */
function unreachable(): typeof env.AZURE_CONNECTION {
  return new Proxy(env.AZURE_CONNECTION, {
    get: (namespace, name) =>
      name === "getByName"
        ? () => ({ info: () => Promise.reject(new Error("Network connection lost.")) })
        : Reflect.get(namespace, name),
  });
}

describe("the handler", () => {
  test("logs a directory that cannot be read, and does not throw", async () => {
    expect(await withoutDirectory(() => run())).toEqual([
      { level: "error", event: "watchdog", code: "run_failed", error_name: expect.any(String) },
    ]);
  });

  test("does nothing without a directory", async () => {
    const bare = { ...env };
    Reflect.deleteProperty(bare, "DB");
    await runWatchdog(bare, Date.now());
    expect(lines).toEqual([]);
  });

  test("pokes nobody while the configuration is wrong: every connection would be found", async () => {
    await told();
    await clock.advance(idleAppointment + patience + minute);
    await runWatchdog({ ...env, SESSION_SECRET: "" }, Date.now());
    expect(lines).toEqual([
      {
        level: "error",
        event: "watchdog",
        code: "app_misconfigured",
        variable: "SESSION_SECRET",
      },
    ]);
  });

  test("sends its findings to the pipeline, and goes on without it", async () => {
    const { id, stub } = await told();
    await wipe(stub);
    await clock.advance(idleAppointment + patience + minute);
    const sent: (readonly object[])[] = [];
    const send = (records: readonly object[]) => {
      sent.push(records);
      return Promise.reject(new TypeError("closed"));
    };
    await runWatchdog({ ...env, EVENTS: { send } }, Date.now());
    expect(sent).toEqual([
      [
        {
          type: "watchdog.finding",
          time: new Date().toISOString(),
          connection: id,
          data: { finding: "lost", overdue_seconds: expect.any(Number) },
        },
      ],
    ]);
    expect(lines.slice(-2)).toEqual([
      { level: "warn", event: "watchdog", code: "events_not_sent", error_name: "TypeError" },
      summary({ lost: 1 }),
    ]);
  });
});
