import type { Measurement } from "./measurement.ts";
import type { Figure, Row } from "./row.ts";

const number = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(2);

const measured = ({ name, value, unit, min, max }: Figure): string[] => [
  name,
  `${number(value)} ${unit}`,
  min === max ? "" : `${number(min)}–${number(max)}`,
];

/** Names are read from the left, numbers from the right. */
function tableOf(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? "").length)),
  );
  return lines.map((cells) =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? "";
        return column < 2 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** The result for a person: a table of the budgets and what explains them, then what needs words. */
export function reportOf(topic: string, { rows, figures, notes = [] }: Measurement): string {
  const lines = [
    ["", topic, "median", "min–max", "bar"],
    ...rows.map((row) => [row.met ? "met" : "MISSED", ...measured(row), number(row.bar)]),
    ...figures.map((figure) => ["", ...measured(figure), ""]),
  ];
  return [...tableOf(lines), ...notes.map((note) => `        · ${note}`)].join("\n");
}

/** The result for a program. */
export const jsonOf = (rows: readonly Row[], figures: readonly Figure[]): string =>
  JSON.stringify({ rows, figures });
