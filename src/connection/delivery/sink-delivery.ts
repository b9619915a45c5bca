import type { ConnectionLine } from "../../platform/log.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { PauseReason } from "../policy/delivery-policy.ts";
import { isAbandoned } from "../policy/schedule.ts";
import type { RemedyLinks } from "../remedy-links.ts";
import type { OutboxRow } from "../tables/outbox.ts";
import { directoryEntry } from "./directory-entry.ts";
import type { Delivery, EventSink, Sink, StateSink } from "./sink.ts";

export interface SinkDeliveryOptions {
  connectionId: string;
  state: ConnectionState;
  sinks: readonly Sink[];
  links: Pick<RemedyLinks, "event">;
  now: () => number;
  random: () => number;
  log: (line: ConnectionLine) => void;
  /** Called once the connection is deleted. */
  forgotten: () => void;
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
    return sink.follows === "events"
      ? this.#deliverEvents(row, sink)
      : this.#deliverState(row, sink);
  }

  async #deliverEvents(row: OutboxRow, sink: EventSink): Promise<void> {
    const { state, links, log, now } = this.#options;
    const events = state.events.wanted(row.after_seq, sink.types, sink.batchSize);
    const last = events.at(-1);
    if (last === undefined) return state.outbox.remove(row.sink);
    if (state.events.oldestSeq() > row.after_seq + 1) {
      log({ level: "error", event: "events_lost", sink: row.sink });
    }
    const delivery = await sink.send(events.map((event) => links.event(event)));
    if (!state.exists) return;
    if (delivery.outcome !== "delivered") return this.#failed(row, sink, delivery);
    const isUpToDate = state.events.wanted(last.seq, sink.types, 1).length === 0;
    if (isUpToDate) state.outbox.remove(row.sink);
    else state.outbox.advance(row.sink, last.seq);
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
