import { runDurableObjectAlarm } from "cloudflare:test";
import { expect, vi } from "vitest";
import type { EventData } from "../../../src/contract/connection-events.ts";
import type { Change, Watch } from "../../../src/contract/watch.ts";
import { expectOk, type Stub } from "./connections.ts";
import { sandbox, type SandboxSubscription } from "./sandbox.ts";

/** What Graph keeps for one connection. */
export async function keptFor(id: string): Promise<SandboxSubscription[]> {
  const encoded = btoa(id).replaceAll("=", "");
  return (await sandbox.subscriptions()).filter(({ notificationUrl }) =>
    notificationUrl.includes(encoded),
  );
}

/** All changes, once there are so many. */
export async function changesOf(stub: Stub, count: number): Promise<Change[]> {
  return vi.waitFor(async () => {
    const { changes } = expectOk(await stub.changes());
    expect(changes.length).toBeGreaterThanOrEqual(count);
    return changes;
  }, 4_000);
}

/** What the connection's log says of watches. */
export const eventsOf = async (stub: Stub): Promise<string[]> =>
  expectOk(await stub.events({ limit: 200 }))
    .events.filter(({ type }) => type.startsWith("watch."))
    .map(({ type }) => type);

export const gapsOf = async (stub: Stub): Promise<EventData["watch.gap"][]> =>
  expectOk(await stub.events({ limit: 200 })).events.flatMap((event) =>
    event.type === "watch.gap" ? [event.data] : [],
  );

/** The one watch there is. */
export async function only(stub: Stub): Promise<Watch> {
  const [watch, ...more] = expectOk(await stub.watches());
  expect(more).toEqual([]);
  if (watch === undefined) throw new Error("nothing is watched");
  return watch;
}

/** Runs the alarm until the one watch is in a state. */
export async function settled(stub: Stub, state: Watch["state"] = "active"): Promise<Watch> {
  return vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    const watch = await only(stub);
    expect(watch.state).toBe(state);
    return watch;
  }, 6_000);
}
