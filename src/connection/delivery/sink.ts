import type { ConnectionEvent, EventType } from "../../contract/connection-events.ts";
import type { Change, ChangeType } from "../../contract/watch.ts";
import type { DirectoryEntry } from "../../directory/entry.ts";
import type { ConnectionLine } from "../../platform/log.ts";
import type { FailedDelivery } from "../policy/delivery-policy.ts";

/** How a sink took what it was sent. */
export type Delivery =
  | { outcome: "delivered" }
  /** It may take it later. `reason` is for the log. */
  | { outcome: "failed"; reason: string; retryAfterSeconds?: number }
  /** It asked for no more. */
  | { outcome: "gone" };

/** What holds for every receiver outside that has a row in the outbox while it is behind. */
interface SinkBase {
  /** Of its row in the outbox. */
  readonly name: string;
  /** Changes with its configuration: what was paused for the old one is tried with the new. */
  readonly fingerprint: number;
  /** @returns when a failed delivery is tried again, in milliseconds since the epoch; null: pause it */
  retryAt(failed: FailedDelivery): number | null;
  /** The log line of a failed delivery. */
  failureLine(reason: string): ConnectionLine;
}

/** Gets everything of some types: in order, each once or more. */
interface LogSink<Type, Item> extends SinkBase {
  readonly types: readonly Type[];
  /** How many it takes at a time. */
  readonly batchSize: number;
  /** Never throws, and ends within {@link sendDeadline}. */
  send(items: readonly Item[]): Promise<Delivery>;
}

export interface EventSink extends LogSink<EventType, ConnectionEvent> {
  readonly follows: "events";
}

export interface ChangeSink extends LogSink<ChangeType, Change> {
  readonly follows: "changes";
}

/** Gets the connection as it is now. What came between two deliveries is left out. */
export interface StateSink extends SinkBase {
  readonly follows: "state";
  /**
   * Never throws.
   *
   * @param leaving the connection never came to be: its entry is to be removed
   */
  send(entry: DirectoryEntry, leaving: boolean): Promise<Delivery>;
}

export type Sink = EventSink | ChangeSink | StateSink;

/** Milliseconds an event may take to be accepted. */
export const sendDeadline = 15_000;

export const deliveryFailed = (sink: string, code: string): ConnectionLine => ({
  level: "warn",
  event: "delivery_failed",
  sink,
  code,
});
