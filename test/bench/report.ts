import type { Row } from "./row.ts";
import type { Measurement } from "./topic.ts";

const number = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(2);

const line = ({ name, value, unit, bar, met, min, max }: Row): string => {
  const range = min === max ? "" : ` (${number(min)}–${number(max)})`;
  const mark = met ? "met   " : "MISSED";
  return `${mark}  ${name}\n        ${number(value)} ${unit}${range}, bar ${number(bar)}`;
};

/** The result for a person: a budget a line, what explains it below. */
export function reportOf({ rows, beside }: Measurement): string {
  return [...rows.map(line), ...beside.map((text) => `        · ${text}`)].join("\n");
}

/** The result for a program. */
export const jsonOf = (rows: readonly Row[]): string => JSON.stringify({ rows });
