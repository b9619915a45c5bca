import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, type Stub } from "./support/connections.ts";
import { directory, rowWhen, withoutDirectory } from "./support/directory.ts";
import { sandbox } from "./support/sandbox.ts";

const hour = 3_600;
const day = 24 * hour;

const clock = clockOfEachTest();
afterEach(async () => {});

interface Ledger {
  refreshToken: string;
  version: number;
  waiting: number;
  /** How often the row that waits was tried in vain. */
  attempts: number;
}

const ledgerOf = (stub: Stub): Promise<Ledger> =>
  runInDurableObject(stub, (_, { storage: { sql } }) => {
    const grant = sql.exec("SELECT refresh_token, version FROM grant").one();
    return {
      refreshToken: String(grant["refresh_token"]),
      version: Number(grant["version"]),
      waiting: sql.exec("SELECT 1 FROM outbox").toArray().length,
      attempts: Number(sql.exec("SELECT sum(attempts) AS attempts FROM outbox").one()["attempts"]),
    };
  });

/** A connection that has told the directory all there is. */
async function told() {
  const { id, stub } = await connected();
  const row = await rowWhen(id, (entry) => entry?.status === "active");
  await expect
    .poll(async () => (await ledgerOf(stub)).waiting, { timeout: 5_000, interval: 50 })
    .toBe(0);
  return { id, stub, row };
}

describe("a refresh", () => {
  test("is backed up once a day, and costs no write to the directory otherwise", async () => {
    const { id, stub, row } = await told();
    const first = await ledgerOf(stub);
    expect(row?.refresh_token).toBe(first.refreshToken);

    await clock.advance(23 * hour);
    expectOk(await stub.refresh());
    const second = await ledgerOf(stub);
    expect(second).toMatchObject({ version: first.version, waiting: 0 });
    expect(second.refreshToken).not.toBe(first.refreshToken);

    await clock.advance(hour);
    expectOk(await stub.refresh());
    expect(await ledgerOf(stub)).toMatchObject({ waiting: 1 });
    await runDurableObjectAlarm(stub);
    const third = await ledgerOf(stub);
    expect(third.waiting).toBe(0);
    expect(await directory.read(id)).toMatchObject({
      refresh_token: third.refreshToken,
      version: third.version,
    });
  });

  test("of an idle grant is backed up by the alarm that made it", async () => {
    const { id, stub } = await told();
    await clock.advance(14 * day + 1);
    const mark = await sandbox.mark();
    await runDurableObjectAlarm(stub);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    const { refreshToken, waiting } = await ledgerOf(stub);
    expect(waiting).toBe(0);
    const row = await directory.read(id);
    expect(row?.refresh_token).toBe(refreshToken);
    // A row whose object does not meet its own appointment tells of an object that is gone.
    expect(Date.parse(row?.next_contact_at ?? "")).toBeGreaterThan(Date.now() + 13 * day * 1_000);
  });
});

describe("a change that happens while the alarm waits for Entra", () => {
  test("is reported at once all the same", async () => {
    const { id, stub } = await told();
    expectOk(await stub.accessToken({ resource: "graph" }));
    await clock.advance(2 * hour);
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 2, delay_ms: 4_000 });
    const ringing = runDurableObjectAlarm(stub);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expectOk(await stub.disconnect());
    const row = await rowWhen(id, (entry) => entry?.status === "disconnected", 2_500);
    expect(row).toMatchObject({ status: "disconnected", refresh_token: null });
    expect(await Promise.race([ringing, "ringing"])).toBe("ringing");
    await ringing;
  });
});

/** Seconds after which a write that failed once is repeated at the latest. */
const retried = 120;

describe("a sign-in that nobody finishes", () => {
  const patience = 600;

  test("leaves neither object nor row", async () => {
    const id = `user:${newUser()}`;
    expectOk(await actorOf(id).beginAuthorization({ start: "user" }));
    expect(await rowWhen(id, (entry) => entry !== undefined)).toMatchObject({ status: "pending" });
    await clock.advance(patience);
    await runDurableObjectAlarm(actorOf(id));
    expect(await directory.read(id)).toBeUndefined();
    expect(await actorOf(id).info()).toMatchObject({ ok: false, error: { code: "not_found" } });
    const tables = await runInDurableObject(actorOf(id), (_, { storage: { sql } }) =>
      sql.exec("SELECT name FROM sqlite_master WHERE name = 'grant'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  test("is not forgotten before its row is", async () => {
    const id = `user:${newUser()}`;
    const stub = actorOf(id);
    expectOk(await stub.beginAuthorization({ start: "user" }));
    await rowWhen(id, (entry) => entry !== undefined);
    await clock.advance(patience);
    await withoutDirectory(() => runDurableObjectAlarm(stub));
    expect(expectOk(await stub.info()).status).toBe("pending");
    expect(await directory.read(id)).toMatchObject({ status: "pending" });
    await clock.advance(retried);
    await runDurableObjectAlarm(stub);
    expect(await directory.read(id)).toBeUndefined();
    expect(await stub.info()).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("may be started again while its row is being taken out", async () => {
    const id = `user:${newUser()}`;
    const stub = actorOf(id);
    expectOk(await stub.beginAuthorization({ start: "user" }));
    await rowWhen(id, (entry) => entry !== undefined);
    await clock.advance(patience);
    await withoutDirectory(() => runDurableObjectAlarm(stub));
    expectOk(await stub.beginAuthorization({ start: "user" }));
    await clock.advance(retried);
    await runDurableObjectAlarm(stub);
    expect(expectOk(await stub.info()).status).toBe("pending");
    expect(await directory.read(id)).toMatchObject({ status: "pending" });
  });
});

describe("the directory out of reach", () => {
  test("is tried again, later and later, and in the end gets the state of then", async () => {
    const { id, stub } = await told();
    await withoutDirectory(async () => {
      await sandbox.fault({
        match: { grant_type: "refresh_token" },
        times: 1,
        // Entra asks for a longer pause than this test lasts: nothing else changes meanwhile.
        respond: { status: 503, headers: { "retry-after": "3600" }, body: "" },
      });
      await stub.refresh();
      await runDurableObjectAlarm(stub);
      const waits = [
        { soonest: 60, latest: 120 },
        { soonest: 120, latest: 240 },
        { soonest: 240, latest: 480 },
      ];
      for (const [failures, { soonest, latest }] of waits.entries()) {
        await clock.advance(soonest - 0.1);
        await runDurableObjectAlarm(stub);
        expect((await ledgerOf(stub)).attempts).toBe(failures + 1);
        await clock.advance(latest - soonest + 0.1);
        await runDurableObjectAlarm(stub);
        expect((await ledgerOf(stub)).attempts).toBe(failures + 2);
      }
      expectOk(await stub.disconnect());
    });
    expect(await directory.read(id)).toMatchObject({ status: "active" });
    await clock.advance(retried);
    await runDurableObjectAlarm(stub);
    expect(await directory.read(id)).toMatchObject({ status: "disconnected" });
    expect((await ledgerOf(stub)).waiting).toBe(0);
  });
});

describe("the directory's fence", () => {
  test("lets no older version over a newer one, whichever comes last", async () => {
    const { id, row } = await told();
    if (row === undefined) throw new Error("no row");
    await directory.upsert({ ...row, version: row.version + 10, status: "degraded" });
    await directory.upsert({ ...row, version: row.version + 5, status: "action_required" });
    await directory.upsert({ ...row, version: row.version + 10, status: "action_required" });
    expect(await directory.read(id)).toMatchObject({ status: "degraded" });
    await directory.removePending(id, row.version + 100);
    expect(await directory.read(id)).toMatchObject({ status: "degraded" });
  });

  test("lets no late removal take out a connection that was begun again", async () => {
    const id = `user:${newUser()}`;
    const { row } = await told();
    if (row === undefined) throw new Error("no row");
    const pending = { ...row, connection_id: id, status: "pending", refresh_token: null } as const;
    await directory.upsert({ ...pending, version: 8 });
    await directory.removePending(id, 7);
    expect(await directory.read(id)).toMatchObject({ version: 8 });
    await directory.removePending(id, 8);
    expect(await directory.read(id)).toBeUndefined();
  });
});
