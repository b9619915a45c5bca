import { defined } from "../../contract/defined.ts";
import type { Delivery } from "../../contract/delivery.ts";
import { directorySink, type Outbox, type OutboxRow } from "../tables/outbox.ts";

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Receivers that are behind, by name; the directory is none of them. */
export const deliveriesIn = (outbox: Outbox): Delivery[] =>
  outbox
    .all()
    .filter(({ sink }) => sink !== directorySink)
    .map(view);

const view = ({ sink, attempts, due_at: dueAt, paused }: OutboxRow): Delivery => ({
  sink,
  state: dueAt === null ? "paused" : "waiting",
  attempts,
  due_at: dueAt === null ? null : timeOf(dueAt),
  ...defined({ reason: paused?.reason, tried_at: paused ? timeOf(paused.triedAt) : undefined }),
});

/**
 * Makes a try of one receiver due now, whatever failed before. If it fails, a receiver that was paused is
 * paused again.
 *
 * @returns false when that receiver is not behind
 */
export function redeliver(outbox: Outbox, sink: string, now: number): boolean {
  if (sink === directorySink || outbox.read(sink) === undefined) return false;
  outbox.hasten(sink, now);
  return true;
}
