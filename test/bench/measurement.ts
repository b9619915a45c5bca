import { figureOf, type Figure, type Row } from "./row.ts";

export interface Measurement {
  rows: Row[];
  /** What helps to read the rows, or is measured for its own sake: no budget holds it. */
  figures: Figure[];
  /** What is said in words. */
  notes?: string[];
}

/** Measures the same at each width, one after the other. */
export async function atEachWidth<Width>(
  widths: readonly Width[],
  measure: (width: Width) => Promise<Measurement>,
): Promise<Measurement> {
  const measured: Measurement = { rows: [], figures: [] };
  for (const width of widths) {
    const { rows, figures } = await measure(width);
    measured.rows.push(...rows);
    measured.figures.push(...figures);
  }
  return measured;
}

/** What one call costs, of turns of `count` calls with `width` in flight, in milliseconds. */
export const perCallAt =
  ({ width, count }: { width: number; count: number }) =>
  (what: string, turns: readonly number[]): Figure =>
    figureOf(
      `${width} in flight, ${what}`,
      "ms a call",
      turns.map((time) => time / count),
    );
