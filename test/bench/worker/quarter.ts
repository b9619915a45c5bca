import { actorOf, connected, expectOk } from "../../integration/support/connections.ts";
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

/**
 * Never called; never called, but with three watches of mail; called once, on both resources, and then
 * left; called through five days in seven.
 */
export type Use = "idle" | "watching" | "left" | "workdays";

/** Each is kept for seven days at most. */
const watches = [
  { resource: "me/mailFolders('inbox')/messages", changeTypes: ["created"] },
  { resource: "me/mailFolders('sentitems')/messages", changeTypes: ["created"] },
  { resource: "me/messages", changeTypes: ["updated", "deleted"] },
] as const;

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
  for (const watch of use === "watching" ? watches : []) {
    const { state } = expectOk(await actorOf(id).watch(watch));
    if (state !== "active") throw new Error(`a watch is ${state}`);
  }
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
  if (use === "watching") await checkWatches(id, end);
  const tokenPosts = (await sandbox.tokenPosts(mark)).length;
  return { ...spent, tokenPosts, bytes: await sizeOf(id) };
}

/** They have lived through it all: the last renewal reaches past the end, and nothing was missed. */
async function checkWatches(id: string, end: number): Promise<void> {
  const kept = expectOk(await actorOf(id).watches());
  const lived = kept.filter(
    ({ state, expires_at: until, gap_since: gap }) =>
      state === "active" && Date.parse(until ?? "") > end && gap === undefined,
  );
  if (lived.length !== watches.length)
    throw new Error(`watches broke off: ${JSON.stringify(kept)}`);
}

/** Milliseconds from the sign-in to each call. */
function callsOf(use: Use): number[] {
  switch (use) {
    case "idle":
    case "watching":
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
