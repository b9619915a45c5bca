import type { ConnectionEvent } from "../../contract/connection-events.ts";
import { isTried } from "../policy/delivery-policy.ts";
import type { ChangeRow } from "../tables/changes.ts";
import type { Outbox } from "../tables/outbox.ts";
import type { ChangeSink, EventSink, StateSink } from "./sink.ts";

/** What has to be known of a sink to write its row in the outbox. */
export type Subscription =
  | Pick<EventSink, "follows" | "name" | "types" | "fingerprint">
  | Pick<ChangeSink, "follows" | "name" | "types" | "fingerprint">
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
    if (first !== undefined) enqueue(outbox, sink, first.seq, now);
  }
}

/**
 * Call in the transaction that wrote the changes.
 *
 * @returns whether there is something to deliver that was not there before
 */
export function enqueueChanges(
  outbox: Outbox,
  sinks: readonly Subscription[],
  changes: readonly Pick<ChangeRow, "seq" | "type">[],
  now: number,
): boolean {
  let anything = false;
  for (const sink of sinks) {
    if (sink.follows !== "changes") continue;
    const first = changes.find(({ type }) => sink.types.includes(type));
    if (first !== undefined && enqueue(outbox, sink, first.seq, now)) anything = true;
  }
  return anything;
}

/** @returns whether the sink has something to take that it had not before */
function enqueue(
  outbox: Outbox,
  { name, fingerprint }: Pick<EventSink, "name" | "fingerprint">,
  firstSeq: number,
  now: number,
): boolean {
  const row = outbox.read(name);
  if (row === undefined) {
    outbox.put(name, now, firstSeq - 1);
    return true;
  }
  if (row.paused === null || !isTried(row.paused, now, fingerprint)) return false;
  outbox.hasten(name, now);
  return true;
}

/** Call in the transaction that gave the state a new version. */
export function enqueueState(outbox: Outbox, sinks: readonly Subscription[], now: number): void {
  for (const { follows, name } of sinks) if (follows === "state") outbox.put(name, now);
}
