import type { ConnectionState } from "./connection-state.ts";
import type { DirectorySink } from "./directory-sink.ts";
import type { OutboxRow } from "./outbox.ts";

export interface CourierOptions {
  state: ConnectionState;
  /** Absent: the deployment has no directory, and there is nobody to tell. */
  directory: DirectorySink | undefined;
  /** Whether the connection never came to be, and nothing is open that could make it one. */
  abandoned: () => boolean;
  /** Deletes the connection. */
  forget: () => Promise<void>;
  now: () => number;
}

/** Delivers what waits in the outbox: one row at a time, each with the truth of its own moment. */
export class Courier {
  readonly #options: CourierOptions;
  #round: Promise<void> | undefined;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Delivers all that is due; joins a round that is under way, which sees what came meanwhile. */
  run(): Promise<void> {
    if (this.#round !== undefined) return this.#round;
    if (this.#next() === undefined) return Promise.resolve();
    this.#round = this.#deliverAll();
    return this.#round;
  }

  async #deliverAll(): Promise<void> {
    const { state, now } = this.#options;
    try {
      for (let row = this.#next(); row !== undefined; row = this.#next()) {
        const delivered = await this.#deliver();
        if (!state.exists) return;
        if (delivered) state.outbox.delivered(row.id);
        else state.outbox.postpone(row, now());
      }
    } finally {
      // In the same turn as the last look: a row that comes later begins a round of its own.
      this.#round = undefined;
    }
  }

  #next(): OutboxRow | undefined {
    const { state, now } = this.#options;
    return state.exists ? state.outbox.due(now())[0] : undefined;
  }

  async #deliver(): Promise<boolean> {
    const { state, directory, abandoned, forget, now } = this.#options;
    if (!abandoned()) return directory === undefined || directory.tell();
    if (directory !== undefined && !(await directory.withdraw())) return false;
    if (abandoned()) await forget();
    // Begun again while its row was being taken out: the directory has to hear of it anew.
    else state.retellDirectory(now());
    return true;
  }
}
