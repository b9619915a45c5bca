import type { Rows, Tables } from "./tables.ts";

/** What a capability sees of the connection between two steps. */
export interface ConnectionSeen {
  id: string;
  tables: Tables;
  /** The same, as it is stored. */
  rows: Rows;
}

/**
 * Something the connection does beyond its grant, with the rest of the world that it does it for. It joins
 * the model with its commands, its upstream and what has to hold.
 */
export interface Capability {
  /** What does not hold after a step. */
  check(seen: ConnectionSeen): string[];
  /** What did not heal, once everything outside works and the alarm rang for what was due. */
  healed(seen: ConnectionSeen): string[];
  /** Lets everything outside work from now on. */
  mend(): void;
  /** The connection is no more, or lost what it knew: what it told before counts no longer. */
  forget(): void;
}
