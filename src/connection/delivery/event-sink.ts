import type { ConnectionEvent, EventType } from "../../contract/connection-events.ts";

/** How a sink took what it was told. */
export type Delivery =
  | { outcome: "delivered" }
  /** It may take it later. */
  | { outcome: "failed"; reason: string; retryAfterSeconds?: number }
  /** It asked to be told no more. */
  | { outcome: "gone" };

/** Somebody outside who is told of events: in their order, each of them once or more. */
export interface EventSink {
  /** Of its row in the outbox. */
  name: string;
  types: readonly EventType[];
  /** Events it takes at a time. */
  batchSize: number;
  /** Changes with its configuration: what was paused for the old one is tried with the new. */
  fingerprint: number;
  /** Never throws, and ends within {@link sendDeadline}. */
  send(events: readonly ConnectionEvent[]): Promise<Delivery>;
}

/** Milliseconds an event may take to be accepted. */
export const sendDeadline = 15_000;
