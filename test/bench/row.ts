/** One budget, and how it was met. Every bar is an upper one. */
export interface Row {
  name: string;
  value: number;
  unit: string;
  bar: number;
  met: boolean;
  min: number;
  max: number;
}

/** What is measured beside the budgets: it has no bar. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  min: number;
  max: number;
}

/** What is budgeted: known before anything is measured. */
export interface Budget {
  name: string;
  unit: string;
  bar: number;
}

export interface Summary {
  median: number;
  min: number;
  max: number;
}

/** @throws RangeError when there is nothing to summarise, or what there is is no number */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (
    upper === undefined ||
    lower === undefined ||
    sorted.some((value) => !Number.isFinite(value))
  ) {
    throw new RangeError(`cannot summarise [${values.join(", ")}]`);
  }
  return { median: (upper + lower) / 2, min: sorted[0] ?? upper, max: sorted.at(-1) ?? upper };
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;

/** The median of what was measured, with its range. */
export function figureOf(name: string, unit: string, values: readonly number[]): Figure {
  const { median, min, max } = summaryOf(values);
  return { name, value: rounded(median), unit, min: rounded(min), max: rounded(max) };
}

/** The row of a budget: the median of what was measured, against its bar. */
export function rowOf({ name, unit, bar }: Budget, values: readonly number[]): Row {
  const { value, min, max } = figureOf(name, unit, values);
  return { name, value, unit, bar, met: value <= bar, min, max };
}
