import type { ConnectionLine } from "../../platform/log.ts";
import type { ConnectionState } from "../connection-state.ts";
import { retryAt, type PauseReason } from "../policy/delivery-policy.ts";
import type { Delivery, EventSink } from "./event-sink.ts";
import type { OutboxRow } from "../tables/outbox.ts";

export interface EventDeliveryOptions {
  state: ConnectionState;
  sinks: readonly EventSink[];
  now: () => number;
  random: () => number;
  log: (line: ConnectionLine) => void;
}

/**
 * Tells a sink its next events and notes how far it is. Nothing is forgotten before the sink has
 * taken it, so a crash between the two tells it twice.
 */
export class EventDelivery {
  readonly #options: EventDeliveryOptions;

  constructor(options: EventDeliveryOptions) {
    this.#options = options;
  }

  async deliver(row: OutboxRow): Promise<void> {
    const { state, sinks } = this.#options;
    const sink = sinks.find(({ name }) => name === row.sink);
    // Its configuration is gone, and with it whoever waited.
    if (sink === undefined) return state.outbox.remove(row.sink);
    const events = state.events.wanted(row.after_seq, sink.types, sink.batchSize);
    const last = events.at(-1);
    if (last === undefined) return state.outbox.remove(row.sink);
    const oldest = state.events.oldestSeq();
    if (oldest > row.after_seq + 1) {
      this.#options.log({ level: "error", event: "events_lost", sink: row.sink });
    }
    this.#note(row, sink, last.seq, await sink.send(events));
  }

  #note(row: OutboxRow, sink: EventSink, lastSeq: number, delivery: Delivery): void {
    const { state, now } = this.#options;
    if (!state.exists) return;
    switch (delivery.outcome) {
      case "delivered":
        if (state.events.wanted(lastSeq, sink.types, 1).length === 0) state.outbox.remove(row.sink);
        else state.outbox.advance(row.sink, lastSeq);
        if (row.paused !== null) state.retellDirectory(now());
        return;
      case "gone":
        this.#pause(sink, "gone", "http_410");
        return;
      case "failed":
        this.#retry(row, sink, delivery);
    }
  }

  #retry(
    row: OutboxRow,
    sink: EventSink,
    { reason, retryAfterSeconds }: Extract<Delivery, { outcome: "failed" }>,
  ): void {
    const { state, now, random, log } = this.#options;
    const failingSince = row.failing_since ?? now();
    const next = retryAt({
      now: now(),
      attempts: row.attempts + 1,
      failingSince,
      probing: row.paused !== null,
      retryAfterSeconds,
      random: random(),
    });
    if (next === null) return this.#pause(sink, row.paused?.reason ?? "failing", reason);
    state.outbox.postpone(row, next, failingSince);
    log({ level: "warn", event: "delivery_failed", sink: sink.name, code: reason });
  }

  #pause({ name, fingerprint }: EventSink, reason: PauseReason, code: string): void {
    const { state, now, log } = this.#options;
    state.outbox.pause(name, { reason, triedAt: now(), fingerprint });
    // What the log says is soon past; the directory's row says it as long as it is so.
    state.retellDirectory(now());
    log({ level: "error", event: "delivery_paused", sink: name, code });
  }
}
