import { expect, test } from "vitest";
import { jsonOf, reportOf } from "../../bench/report.ts";
import { figureOf, rowOf } from "../../bench/row.ts";

const met = rowOf({ name: "a call", unit: "×", bar: 1.25 }, [1, 1.2, 1.5]);
const missed = rowOf({ name: "a refresh", unit: "rows", bar: 8 }, [9]);
const figure = figureOf("a bare call", "ms", [0.2, 0.4]);

test("the JSON keeps what has a bar apart from what has none", () => {
  expect(JSON.parse(jsonOf([met], [figure]))).toEqual({
    rows: [{ name: "a call", value: 1.2, unit: "×", bar: 1.25, met: true, min: 1, max: 1.5 }],
    figures: [{ name: "a bare call", value: 0.3, unit: "ms", min: 0.2, max: 0.4 }],
  });
});

test("the report is a table: every column begins or ends where it does in the line above", () => {
  const report = reportOf("calls", { rows: [met, missed], figures: [figure], notes: ["in words"] });
  expect(report.split("\n")).toEqual([
    "        calls         median    min–max   bar",
    "met     a call        1.20 ×     1–1.50  1.25",
    "MISSED  a refresh     9 rows                8",
    "        a bare call  0.30 ms  0.20–0.40",
    "        · in words",
  ]);
});
