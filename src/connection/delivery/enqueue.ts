import type { ConnectionEvent } from "../../contract/connection-events.ts";
import { isTried } from "../policy/delivery-policy.ts";
import type { Outbox } from "../tables/outbox.ts";
import type { EventSink, StateSink } from "./sink.ts";

/** What has to be known of a sink to write its row in the outbox. */
export type Subscription =
  | Pick<EventSink, "follows" | "name" | "types" | "fingerprint">
  | Pick<StateSink, "follows" | "name">;

/** Call in the transaction that wrote the events. */
export function enqueueEvents(
  outbox: Outbox,
  sinks: readonly Subscription[],
  events: readonly ConnectionEvent[],
  now: number,
): void {
  for (const sink of sinks) {
    if (sink.follows !== "events") continue;
    const first = events.find(({ type }) => sink.types.includes(type));
    if (first === undefined) continue;
    const row = outbox.read(sink.name);
    if (row === undefined) outbox.put(sink.name, now, first.seq - 1);
    else if (row.paused !== null && isTried(row.paused, now, sink.fingerprint)) {
      outbox.hasten(sink.name, now);
    }
  }
}

/** Call in the transaction that gave the state a new version. */
export function enqueueState(outbox: Outbox, sinks: readonly Subscription[], now: number): void {
  for (const { follows, name } of sinks) if (follows === "state") outbox.put(name, now);
}
