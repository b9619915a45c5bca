import type { Budget, Figure, Row } from "./row.ts";
import type { Bench } from "./runtime.ts";

export interface Measurement {
  rows: Row[];
  /** What helps to read the rows, or is measured for its own sake: no budget holds it. */
  figures: Figure[];
  /** What is said in words. */
  notes?: string[];
}

/** What one measurement answers. */
export interface Topic {
  /** By which it is chosen, where not one of its budgets is. */
  name: string;
  budgets: readonly Budget[];
  measure(bench: Bench): Promise<Measurement>;
}
