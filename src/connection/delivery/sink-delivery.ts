import type { ConnectionLine } from "../../platform/log.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { PauseReason } from "../policy/delivery-policy.ts";
import { isAbandoned } from "../policy/schedule.ts";
import type { RemedyLinks } from "../remedy-links.ts";
import type { OutboxRow } from "../tables/outbox.ts";
import { directoryEntry } from "./directory-entry.ts";
import type { ChangeRow } from "../tables/changes.ts";
import type { Change } from "../../contract/watch.ts";
import type { ChangeSink, Delivery, EventSink, Sink, StateSink } from "./sink.ts";

export interface SinkDeliveryOptions {
  connectionId: string;
  state: ConnectionState;
  sinks: readonly Sink[];
  links: Pick<RemedyLinks, "event">;
  /** Opens what is kept sealed of changes. */
  openChanges: (rows: readonly ChangeRow[]) => Promise<Change[]>;
  now: () => number;
  random: () => number;
  log: (line: ConnectionLine) => void;
  /** Called once the connection is deleted. */
  forgotten: () => void;
}

/** A log that a sink follows. */
interface Followed {
  oldestSeq: () => number;
  isUpToDate: (seq: number) => boolean;
  /** What comes after a sequence number, for as much as the sink takes; `lastSeq` of it, if there is any. */
  next: (after: number) => { lastSeq: number | undefined; send: () => Promise<Delivery> };
}

/**
 * Sends a sink what comes next and records how far it is. Nothing is forgotten before the sink has
 * taken it, so a crash between the two sends it twice.
 */
export class SinkDelivery {
  readonly #options: SinkDeliveryOptions;

  constructor(options: SinkDeliveryOptions) {
    this.#options = options;
  }

  /** Makes one delivery to the sink of an outbox row. */
  async deliver(row: OutboxRow): Promise<void> {
    const { state, sinks } = this.#options;
    const sink = sinks.find(({ name }) => name === row.sink);
    // Its configuration was removed.
    if (sink === undefined) return state.outbox.remove(row.sink);
    switch (sink.follows) {
      case "events":
        return this.#deliverLog(row, sink, this.#events(sink));
      case "changes":
        return this.#deliverLog(row, sink, this.#changes(sink));
      case "state":
        return this.#deliverState(row, sink);
    }
  }

  #events(sink: EventSink): Followed {
    const { state, links } = this.#options;
    return following({
      oldestSeq: () => state.events.oldestSeq(),
      wanted: (after, limit) => state.events.wanted(after, sink.types, limit),
      batchSize: sink.batchSize,
      send: async (events) => sink.send(events.map((event) => links.event(event))),
    });
  }

  #changes(sink: ChangeSink): Followed {
    const { state, openChanges } = this.#options;
    return following({
      oldestSeq: () => state.changes.oldestSeq(),
      wanted: (after, limit) => state.changes.wanted(after, sink.types, limit),
      batchSize: sink.batchSize,
      send: async (rows) => sink.send(await openChanges(rows)),
    });
  }

  async #deliverLog(
    row: OutboxRow,
    sink: EventSink | ChangeSink,
    followed: Followed,
  ): Promise<void> {
    const { state, log, now } = this.#options;
    const { lastSeq, send } = followed.next(row.after_seq);
    if (lastSeq === undefined) return state.outbox.remove(row.sink);
    if (followed.oldestSeq() > row.after_seq + 1) {
      log({ level: "error", event: "events_lost", sink: row.sink });
    }
    const delivery = await send();
    if (!state.exists) return;
    if (delivery.outcome !== "delivered") return this.#failed(row, sink, delivery);
    const isUpToDate = followed.isUpToDate(lastSeq);
    if (isUpToDate) state.outbox.remove(row.sink);
    else state.outbox.advance(row.sink, lastSeq);
    // The directory's row names paused sinks.
    if (row.paused !== null) state.reportToDirectory(now());
  }

  async #deliverState(row: OutboxRow, sink: StateSink): Promise<void> {
    const { state, connectionId } = this.#options;
    const entry = directoryEntry(connectionId, state);
    const leaving = this.#isLeaving();
    const delivery = await sink.send(entry, leaving);
    if (!state.exists) return;
    if (delivery.outcome === "delivered" && leaving) return this.#leave();
    // What was sent is no longer the state: the row that the change wrote is due.
    if (state.grant().version !== entry.version) return;
    if (delivery.outcome === "delivered") state.outbox.remove(row.sink);
    else this.#failed(row, sink, delivery);
  }

  /** Sinks that are behind get their events first: those end with the connection. */
  #isLeaving(): boolean {
    const { state } = this.#options;
    return isAbandoned(state.schedule()) && state.outbox.neededAfter() === null;
  }

  async #leave(): Promise<void> {
    const { state, now, forgotten } = this.#options;
    // A sign-in began while the entry was being removed: it has to be written again.
    if (!this.#isLeaving()) return state.reportToDirectory(now());
    await state.forget();
    forgotten();
  }

  #failed(row: OutboxRow, sink: Sink, delivery: Exclude<Delivery, { outcome: "delivered" }>): void {
    const { state, now, random, log } = this.#options;
    if (delivery.outcome === "gone") return this.#pause(sink, "gone", "http_410");
    const failingSince = row.failing_since ?? now();
    const next = sink.retryAt({
      now: now(),
      attempts: row.attempts + 1,
      failingSince,
      probing: row.paused !== null,
      retryAfterSeconds: delivery.retryAfterSeconds,
      random: random(),
    });
    if (next === null) {
      return this.#pause(sink, row.paused?.reason ?? "failing", delivery.reason);
    }
    state.outbox.postpone(row, next, failingSince);
    log(sink.failureLine(delivery.reason));
  }

  #pause({ name, fingerprint }: Sink, reason: PauseReason, code: string): void {
    const { state, now, log } = this.#options;
    state.outbox.pause(name, { reason, triedAt: now(), fingerprint });
    // The directory's row names paused sinks for as long as they are.
    state.reportToDirectory(now());
    log({ level: "error", event: "delivery_paused", sink: name, code });
  }
}

/** A log as a sink follows it. */
function following<Item extends { seq: number }>({
  oldestSeq,
  wanted,
  batchSize,
  send,
}: {
  oldestSeq: () => number;
  /** What the sink takes of what comes after a sequence number. */
  wanted: (after: number, limit: number) => readonly Item[];
  batchSize: number;
  send: (items: readonly Item[]) => Promise<Delivery>;
}): Followed {
  return {
    oldestSeq,
    isUpToDate: (seq) => wanted(seq, 1).length === 0,
    next: (after) => {
      const items = wanted(after, batchSize);
      return { lastSeq: items.at(-1)?.seq, send: () => send(items) };
    },
  };
}
