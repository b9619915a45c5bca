import type { Figure, Row } from "./row.ts";

export interface Measurement {
  rows: Row[];
  /** What helps to read the rows, or is measured for its own sake: no budget holds it. */
  figures: Figure[];
  /** What is said in words. */
  notes?: string[];
}
