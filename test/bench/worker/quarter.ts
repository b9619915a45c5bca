import { actorOf, connected } from "../../integration/support/connections.ts";
import { sandbox } from "../../integration/support/sandbox.ts";
import { callGraphAndArm } from "./calls.ts";
import { moveTo } from "./clock.ts";
import { openLedger, readLedger } from "./ledger.ts";
import { evict, nextAlarm, ring, sizeOf } from "./measured-actor.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const days = 90;
/** Of a workday, by the clock that starts at the sign-in. */
const workday = { from: 9 * 60 * minute, until: 17 * 60 * minute, every: 30 * minute };

/** Never called; called once, on both resources, and then left; called through five days in seven. */
export type Use = "idle" | "left" | "workdays";

export interface Quarter {
  /** By its alarm. */
  wakeUps: number;
  /** Both resources at each. */
  calls: number;
  tokenPosts: number;
  /** As the platform counts and bills them. */
  rowsWritten: number;
  /** Of its database, at the end. */
  bytes: number;
}

/**
 * Ninety days of one connection, from its sign-in on. Between two events the object is evicted, as it
 * would be, so that what a new life of it does to the alarm counts too.
 */
export async function quarter(use: Use): Promise<Quarter> {
  const { id } = await connected();
  const start = Date.now();
  const end = start + days * day;
  const calls = callsOf(use).map((after) => start + after);
  const mark = await sandbox.mark();
  const spent = { wakeUps: 0, calls: 0, rowsWritten: 0 };
  for (;;) {
    const alarm = (await nextAlarm(id)) ?? Infinity;
    const call = calls[spent.calls] ?? Infinity;
    const next = Math.min(alarm, call);
    if (next > end) break;
    await evict(id);
    await moveTo(next);
    openLedger();
    if (call <= alarm) {
      await callGraphAndArm(actorOf(id));
      spent.calls += 1;
    } else {
      await ring(id);
      spent.wakeUps += 1;
    }
    spent.rowsWritten += readLedger().total;
    if (spent.wakeUps > 10_000) throw new Error("the alarm does not come to rest");
  }
  const tokenPosts = (await sandbox.tokenPosts(mark)).length;
  return { ...spent, tokenPosts, bytes: await sizeOf(id) };
}

/** Milliseconds from the sign-in to each call. */
function callsOf(use: Use): number[] {
  switch (use) {
    case "idle":
      return [];
    case "left":
      return [0];
    case "workdays": {
      const workdays = Array.from({ length: days }, (_, index) => index).filter(
        (index) => index % 7 < 5,
      );
      const { from, until, every } = workday;
      const times = Array.from(
        { length: (until - from) / every + 1 },
        (_, index) => from + index * every,
      );
      return workdays.flatMap((index) => times.map((time) => index * day + time));
    }
  }
}
