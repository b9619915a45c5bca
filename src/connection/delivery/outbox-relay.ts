import type { ConnectionState } from "../connection-state.ts";
import { deliveryLease } from "../policy/delivery-policy.ts";
import type { OutboxRow } from "../tables/outbox.ts";

export interface OutboxRelayOptions {
  state: ConnectionState;
  /** Makes one delivery to the sink of a row. */
  deliver: (row: OutboxRow) => Promise<void>;
  now: () => number;
  /** A delivery ended: what lies ahead may have changed. */
  rearm: () => void;
}

interface Round {
  done: Promise<void>;
  /** When the alarm may count this round as lost, in milliseconds since the epoch. */
  until: number;
}

/** Sends what waits in the outbox: to each sink in order, to all sinks at the same time. */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions;
  readonly #rounds = new Map<string, Round>();
  #deliveries = 0;

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
  }

  /** Deliveries in the life of this object, failed ones included. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** Sinks whose delivery is under way, and when it is taken for lost. */
  get leases(): ReadonlyMap<string, number> {
    return new Map([...this.#rounds].map(([sink, { until }]) => [sink, until]));
  }

  /** Delivers all that is due; joins rounds under way, which see what was added meanwhile. */
  async run(): Promise<void> {
    const { state, now } = this.#options;
    if (!state.exists) return;
    for (const { sink, dueAt } of state.outbox.waiting()) {
      if (dueAt <= now() && !this.#rounds.has(sink)) this.#begin(sink);
    }
    await Promise.all([...this.#rounds.values()].map(({ done }) => done));
  }

  #begin(sink: string): void {
    const round: Round = { done: Promise.resolve(), until: Infinity };
    this.#rounds.set(sink, round);
    round.done = this.#deliverRound(sink, round);
    // Prevents an unhandled rejection when no caller awaits.
    round.done.catch(() => undefined);
  }

  async #deliverRound(sink: string, round: Round): Promise<void> {
    try {
      await this.#deliverAll(sink, round);
    } finally {
      this.#rounds.delete(sink);
    }
    // A row that was written after the last look needs an alarm of its own.
    this.#options.rearm();
  }

  async #deliverAll(sink: string, round: Round): Promise<void> {
    const { state, deliver, now } = this.#options;
    for (let row = this.#due(sink); row !== undefined; row = this.#due(sink)) {
      round.until = now() + deliveryLease;
      await deliver(row);
      this.#deliveries += 1;
      if (!state.exists) return;
    }
  }

  #due(sink: string): OutboxRow | undefined {
    const { state, now } = this.#options;
    const row = state.outbox.read(sink);
    return (row?.due_at ?? Infinity) <= now() ? row : undefined;
  }
}
