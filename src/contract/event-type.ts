import type { EventType } from "./connection-events.ts";

/** For programs that bundle this without schemas. The compiler demands every type. */
const known = {
  "connection.pending": true,
  "connection.connected": true,
  "connection.degraded": true,
  "connection.recovered": true,
  "connection.action_required": true,
  "connection.disconnected": true,
  "token.refreshed": true,
  "token.refresh_failed": true,
  "call.throttled": true,
  "watch.active": true,
  "watch.blocked": true,
  "watch.refused": true,
  "watch.gap": true,
  "watch.ended": true,
} as const satisfies Record<EventType, true>;

/** @param name of an event, perhaps of a newer version of this service */
export const isEventType = (name: string): name is EventType => Object.hasOwn(known, name);
