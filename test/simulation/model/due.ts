import type { ConnectionState } from "../../../src/connection/connection-state.ts";
import { deliveryLease } from "../../../src/connection/policy/delivery-policy.ts";
import { dueWork, earliest, type Due } from "../../../src/connection/policy/schedule.ts";
import { watchLease } from "../../../src/connection/policy/watch-lifetime.ts";

/** By when a connection has to do something next, by its tables; null when nothing lies ahead. */
export function dueOf(
  state: ConnectionState,
  now: number,
): { due: number | null; watchDue: number | null } {
  // As with a flight: without one the intent of a dead process may wait for its 30 seconds.
  const underWay = { now, inFlight: true, leases: new Map(), watchLeases: new Map() };
  const all = dueWork(state.schedule(), underWay);
  return {
    due: earliest(all.map((due) => ({ at: latest(due, now) }))),
    watchDue: earliest(all.filter(({ kind }) => kind.startsWith("watch_"))),
  };
}

/** A delivery, or a request about a watch, may be under way since now, which is not seen from outside. */
function latest({ kind, at }: Due, now: number): number {
  if (kind === "delivery") return Math.max(at, now) + deliveryLease;
  return kind.startsWith("watch_") ? Math.max(at, now) + watchLease : at;
}
