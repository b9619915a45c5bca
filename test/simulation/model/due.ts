import type { ConnectionState } from "../../../src/connection/connection-state.ts";
import { deliveryLease } from "../../../src/connection/policy/delivery-policy.ts";
import { dueWork, earliest } from "../../../src/connection/policy/schedule.ts";

/** By when a connection has to do something next, by its tables; null when nothing lies ahead. */
export function dueOf(state: ConnectionState, now: number): number | null {
  // As with a flight: without one the intent of a dead process may wait for its 30 seconds.
  const underWay = { now, inFlight: true, leases: new Map(), watchLeases: new Map() };
  return earliest(
    dueWork(state.schedule(), underWay).map((due) => ({
      // A delivery may be under way since now, which is not seen from outside.
      at: due.kind === "delivery" ? Math.max(due.at, now) + deliveryLease : due.at,
    })),
  );
}
