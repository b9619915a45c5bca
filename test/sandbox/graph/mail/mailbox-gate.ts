import { GraphError } from "../graph-error.ts";

/** Requests of one application that Exchange serves one mailbox at a time. */
export const MAILBOX_PLACES = 4;

export interface MailboxLoad {
  app: string;
  mailbox: string;
  in_flight: number;
  /** The most at one time since the sandbox began or was reset. */
  peak: number;
  refused: number;
}

/** Counts requests per application and mailbox and refuses the fifth at one time. */
export class MailboxGate {
  readonly #loads = new Map<string, MailboxLoad>();

  /**
   * Takes a place; the returned function gives it back. Throws 429 ApplicationThrottled, which
   * comes without innerError.
   */
  enter(app: string, mailbox: string): () => void {
    const key = `${app} ${mailbox}`;
    const load = this.#loads.get(key) ?? { app, mailbox, in_flight: 0, peak: 0, refused: 0 };
    this.#loads.set(key, load);
    if (load.in_flight >= MAILBOX_PLACES) {
      load.refused += 1;
      throw new GraphError(
        429,
        "ApplicationThrottled",
        "Application is over its MailboxConcurrency limit.",
        { headers: { "retry-after": "1" }, bare: true },
      );
    }
    load.in_flight += 1;
    load.peak = Math.max(load.peak, load.in_flight);
    return () => {
      load.in_flight -= 1;
    };
  }

  /** Starts the counts again; what is in flight stays counted, its places are still taken. */
  restart(): void {
    for (const [key, load] of this.#loads) {
      if (load.in_flight === 0) this.#loads.delete(key);
      load.peak = load.in_flight;
      load.refused = 0;
    }
  }

  get loads(): MailboxLoad[] {
    return [...this.#loads.values()].map((load) => ({ ...load }));
  }
}
