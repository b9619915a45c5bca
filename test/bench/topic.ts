import type { Budget, Row } from "./row.ts";
import type { Bench } from "./runtime.ts";

export interface Measurement {
  rows: Row[];
  /** What helps to read the rows; no budget of its own. */
  beside: string[];
}

/** Budgets that one measurement answers. */
export interface Topic {
  budgets: readonly Budget[];
  measure(bench: Bench): Promise<Measurement>;
}
