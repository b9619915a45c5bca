import type { ConnectionState } from "../connection-state.ts";
import { deliveryLease } from "../policy/delivery-policy.ts";
import type { DirectoryDelivery } from "./directory-delivery.ts";
import type { EventDelivery } from "./event-delivery.ts";
import { directorySink } from "../tables/outbox.ts";

export interface CourierOptions {
  state: ConnectionState;
  directory: DirectoryDelivery;
  events: EventDelivery;
  now: () => number;
  /** A sink was told, or will be later: what lies ahead may have changed. */
  rearm: () => void;
}

interface Round {
  done: Promise<void>;
  /** When an object that finds this round's work undone may take it for dead, in milliseconds. */
  until: number;
}

/** Brings what waits in the outbox to its sinks: to each in order, to all at the same time. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #rounds = new Map<string, Round>();
  #deliveries = 0;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** How often a sink was told something in the life of this object, whether it took it or not. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** Delivers all that is due; joins rounds that are under way, which see what came meanwhile. */
  async run(): Promise<void> {
    const { state, now } = this.#options;
    if (!state.exists) return;
    for (const { sink, dueAt } of state.outbox.waiting()) {
      if (dueAt <= now() && !this.#rounds.has(sink)) this.#begin(sink);
    }
    await Promise.all([...this.#rounds.values()].map(({ done }) => done));
  }

  /** When a delivery is due; of one under way, when it will have to be looked at if the object dies. */
  nextDue(): number | null {
    const due = this.#options.state.outbox
      .waiting()
      .map(({ sink, dueAt }) => this.#rounds.get(sink)?.until ?? dueAt);
    return due.length === 0 ? null : Math.min(...due);
  }

  #begin(sink: string): void {
    const round: Round = { done: Promise.resolve(), until: Infinity };
    this.#rounds.set(sink, round);
    round.done = this.#deliverRound(sink, round);
    // Whoever waits for it hears of a failure; it must not be unheard of where nobody does.
    round.done.catch(() => undefined);
  }

  async #deliverRound(sink: string, round: Round): Promise<void> {
    try {
      await this.#deliverAll(sink, round);
    } finally {
      this.#rounds.delete(sink);
    }
    // A row that came after the last look has nobody else to begin its round.
    this.#options.rearm();
  }

  async #deliverAll(sink: string, round: Round): Promise<void> {
    const { state, directory, events, now } = this.#options;
    for (let row = this.#due(sink); row !== undefined; row = this.#due(sink)) {
      round.until = now() + deliveryLease;
      await (sink === directorySink ? directory.deliver(row) : events.deliver(row));
      this.#deliveries += 1;
      if (!state.exists) return;
    }
  }

  #due(sink: string) {
    const { state, now } = this.#options;
    const row = state.outbox.read(sink);
    return (row?.due_at ?? Infinity) <= now() ? row : undefined;
  }
}
