import { describe, expect, test, vi } from "vitest";
import { Alarm } from "../../../src/connection/alarm.ts";
import type { AlarmTable } from "../../../src/connection/alarm-work.ts";
import type { AlarmFacts } from "../../../src/platform/telemetry.ts";
import type { DueKind } from "../../../src/connection/policy/schedule.ts";
import { ManualTimer } from "../../support/manual-timer.ts";
import { home, newConnection, signedInConnection, start } from "./support/connection.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** The alarm of a connection. Work is recorded, and does what a test says. */
function alarmOf(
  { state } = signedInConnection(),
  { set = null as number | null, does = {} as Partial<Record<DueKind, () => unknown>> } = {},
) {
  const now = { at: start };
  const waits = new ManualTimer();
  const done: DueKind[] = [];
  const runs: AlarmFacts[] = [];
  const platform = { alarm: set };
  const work = (kind: DueKind, inBackground = false) => ({
    async run() {
      done.push(kind);
      await does[kind]?.();
    },
    ...(inBackground && { inBackground: true as const }),
  });
  const table: AlarmTable = {
    sign_in_expiry: work("sign_in_expiry"),
    directory_contact: work("directory_contact"),
    abandonment: work("abandonment"),
    delivery: work("delivery", true),
    intent_recovery: work("intent_recovery"),
    renewal: work("renewal"),
    idle_refresh: work("idle_refresh"),
    watch_expiry: work("watch_expiry"),
    watch_creation: work("watch_creation", true),
    watch_renewal: work("watch_renewal", true),
    watch_check: work("watch_check", true),
    watch_catch_up: work("watch_catch_up", true),
    change_expiry: work("change_expiry"),
  };
  const schedule = vi.spyOn(state, "schedule");
  const alarm = new Alarm({
    storage: {
      getAlarm: async () => platform.alarm,
      setAlarm: async (at) => {
        platform.alarm = Number(at);
      },
      deleteAlarm: async () => {
        platform.alarm = null;
      },
    },
    state,
    refresher: { inFlight: false, renewals: 0 },
    relay: { run: async () => {}, leases: new Map(), deliveries: 0 },
    watches: { leases: new Map() },
    table,
    now: () => now.at,
    timer: waits.timer,
    alarmRan: (run) => runs.push(run),
  });
  /** The answer is gone, and what was left for after it is done. */
  const answered = async () => {
    waits.elapse(20);
    await new Promise<void>((resolve) => setTimeout(resolve, 5));
  };
  return { alarm, now, done, runs, platform, schedule, state, answered };
}

describe("the first touch of a life", () => {
  test("asks the platform once, after the answer, and leaves an alarm that is right", async () => {
    const right = start + 14 * day;
    const { alarm, schedule, platform, state, answered } = alarmOf(signedInConnection(), {
      set: right,
    });
    state.outbox.remove("directory");
    schedule.mockClear();
    alarm.touch();
    alarm.touch();
    expect(schedule).not.toHaveBeenCalled();
    await answered();
    expect(schedule).toHaveBeenCalledTimes(1);
    expect(platform.alarm).toBe(right);
  });

  test.each([
    ["is missing", null],
    ["is a minute late", start - minute],
    // A process that was killed between a change and its alarm leaves one for another time.
    ["is set for another time", start + 30 * day],
  ])("sets the alarm where it %s", async (_, set) => {
    const { alarm, platform, state, answered } = alarmOf(signedInConnection(), { set });
    state.outbox.remove("directory");
    alarm.touch();
    await answered();
    expect(platform.alarm).toBe(start + 14 * day);
  });
});

describe("arming", () => {
  test("writes what is due next, and nothing to the tables", () => {
    const { alarm, platform, state } = alarmOf();
    const report = vi.spyOn(state, "reportToDirectory");
    state.tokens.markUsed({ resource: "graph", tenantId: home }, start);
    alarm.arm();
    expect(platform.alarm).toBe(start + 3_000_000);
    alarm.arm(start + 3_000_001);
    expect(platform.alarm).toBe(start + 3_000_001);
    expect(report).not.toHaveBeenCalled();
  });

  test("removes the alarm of a connection that has nothing ahead", () => {
    const { alarm, platform, state } = alarmOf();
    alarm.arm();
    state.disconnect(start);
    state.outbox.remove("directory");
    alarm.arm();
    expect(platform.alarm).toBeNull();
  });
});

describe("an alarm", () => {
  test("does each kind that is due once, in order, and skips the others", async () => {
    const { alarm, done, now, state } = alarmOf();
    state.outbox.put("webhook:a", start);
    state.tokens.markUsed({ resource: "graph", tenantId: home }, start);
    state.tokens.putIntent({ resource: "graph", tenantId: home }, 1, start);
    now.at = start + 3_000_000;
    await alarm.run();
    expect(done).toEqual(["delivery", "intent_recovery", "renewal"]);
  });

  test("reads anew after each kind: a recovery may have been the renewal", async () => {
    const connection = signedInConnection();
    const { state } = connection;
    const { alarm, done, now } = alarmOf(connection, {
      does: {
        intent_recovery: () => {
          state.tokens.clearIntent();
          state.tokens.fail({ resource: "graph", tenantId: home }, 1, start + day);
        },
      },
    });
    state.tokens.markUsed({ resource: "graph", tenantId: home }, start);
    state.tokens.putIntent({ resource: "graph", tenantId: home }, 1, start);
    now.at = start + 3_000_000;
    await alarm.run();
    expect(done).toEqual(["intent_recovery"]);
  });

  test("deletes what was abandoned once its last sign-in has ended", async () => {
    const connection = newConnection();
    const { state } = connection;
    const { alarm, done } = alarmOf(connection, {
      does: { abandonment: () => state.outbox.put("directory", start) },
    });
    await alarm.run();
    expect(done).toEqual(["abandonment", "delivery"]);
  });

  test("does not wait for slow deliveries, and does wait for quick ones", async () => {
    const slow = Promise.withResolvers<void>();
    const connection = signedInConnection();
    const { alarm, now, runs, state } = alarmOf(connection, {
      does: { delivery: () => slow.promise },
    });
    state.outbox.put("webhook:a", start);
    state.tokens.markUsed({ resource: "graph", tenantId: home }, start);
    // The renewal falls due now: nothing may stand in its way.
    now.at = start + 3_000_000;
    await alarm.run();
    expect(runs).toHaveLength(1);
    slow.resolve();
  });

  test.each<DueKind>(["intent_recovery", "delivery"])(
    "reports a failure of %s, and runs again a minute later",
    async (kind) => {
      const connection = signedInConnection();
      const { alarm, now, runs, platform, state } = alarmOf(connection, {
        does: {
          [kind]: () => {
            throw new TypeError("unexpected");
          },
        },
      });
      state.outbox.put("webhook:a", start);
      state.tokens.putIntent({ resource: "graph", tenantId: home }, 1, start);
      now.at = start + 7;
      await alarm.run(start);
      expect(runs).toMatchObject([{ outcome: "failed", error_name: "TypeError", lag_ms: 7 }]);
      expect(platform.alarm).toBe(start + 7 + minute);
    },
  );

  test("whose tables cannot be read is set again all the same", async () => {
    const { alarm, runs, platform, schedule } = alarmOf();
    schedule.mockImplementation(() => {
      throw new RangeError("disk");
    });
    await alarm.run();
    expect(runs).toMatchObject([{ outcome: "failed", error_name: "RangeError" }]);
    expect(platform.alarm).toBe(start + minute);
  });

  test("runs again after a second where work stays due", async () => {
    const { alarm, platform, state } = alarmOf();
    state.outbox.put("webhook:a", start);
    await alarm.run();
    expect(platform.alarm).toBe(start + 1_000);
  });
});
