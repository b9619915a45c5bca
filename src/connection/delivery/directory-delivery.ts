import type { ConnectionState } from "../connection-state.ts";
import { directoryRetryAt } from "../policy/directory-policy.ts";
import type { DirectorySink } from "./directory-sink.ts";
import { directorySink, type OutboxRow } from "../tables/outbox.ts";

export interface DirectoryDeliveryOptions {
  state: ConnectionState;
  /** Absent: the deployment has no directory, and there is nobody to tell. */
  directory: DirectorySink | undefined;
  /** Whether the connection never came to be, and nothing is open that could make it one. */
  abandoned: () => boolean;
  /** Deletes the connection. */
  forget: () => Promise<void>;
  now: () => number;
}

/** Tells the directory how the connection is, and takes one that never came to be out of both. */
export class DirectoryDelivery {
  readonly #options: DirectoryDeliveryOptions;

  constructor(options: DirectoryDeliveryOptions) {
    this.#options = options;
  }

  async deliver(row: OutboxRow): Promise<void> {
    const { state, directory, now } = this.#options;
    const { version } = state.grant();
    const leaving = this.#leaves();
    const told =
      directory === undefined || (await (leaving ? directory.withdraw() : directory.tell()));
    if (!state.exists) return;
    const isTruth = state.grant().version === version;
    if (!told) {
      if (isTruth) state.outbox.postpone(row, directoryRetryAt(row.attempts, now()), now());
    } else if (leaving) {
      await this.#leave();
    } else if (isTruth) {
      state.outbox.remove(directorySink);
    }
  }

  /** Others who have not heard of the connection yet are told first: its events end with it. */
  #leaves(): boolean {
    const { state, abandoned } = this.#options;
    return abandoned() && state.outbox.neededAfter() === null;
  }

  async #leave(): Promise<void> {
    const { state, forget, now } = this.#options;
    if (this.#leaves()) await forget();
    // Begun again while its row was being taken out: the directory has to hear of it anew.
    else state.retellDirectory(now());
  }
}
