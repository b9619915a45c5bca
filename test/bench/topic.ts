import type { Measurement } from "./measurement.ts";
import type { Budget } from "./row.ts";
import type { Bench } from "./runtime.ts";

/** What one measurement answers. */
export interface Topic {
  /** By which it is chosen, where not one of its budgets is. */
  name: string;
  budgets: readonly Budget[];
  measure(bench: Bench): Promise<Measurement>;
}
