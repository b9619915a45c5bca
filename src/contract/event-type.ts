/** Every type of event that a connection emits. */
export const eventTypes = [
  "connection.pending",
  "connection.connected",
  "connection.degraded",
  "connection.recovered",
  "connection.action_required",
  "connection.disconnected",
  "token.refreshed",
  "token.refresh_failed",
  "call.throttled",
] as const;

export type EventType = (typeof eventTypes)[number];

/** @param name of an event, perhaps of a newer version of this service */
export const isEventType = (name: unknown): name is EventType =>
  eventTypes.some((type) => type === name);
