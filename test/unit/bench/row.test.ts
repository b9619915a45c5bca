import { describe, expect, test } from "vitest";
import { race, ratios } from "../../bench/race.ts";
import { rowOf, summaryOf } from "../../bench/row.ts";

const budget = { name: "a call", unit: "×", bar: 1.25 };

describe("a row of the bench", () => {
  test.each([
    { values: [3, 1, 2], median: 2, min: 1, max: 3 },
    { values: [4, 1, 2, 3], median: 2.5, min: 1, max: 4 },
    { values: [7], median: 7, min: 7, max: 7 },
  ])("tells the median of $values with its range", ({ values, ...expected }) => {
    expect(summaryOf(values)).toEqual(expected);
  });

  test.each([{ values: [] }, { values: [1, Number.NaN] }, { values: [1, Infinity] }])(
    "is refused for $values, which is no measurement",
    ({ values }) => {
      expect(() => summaryOf(values)).toThrow(RangeError);
    },
  );

  test.each([
    { values: [1, 1.25, 2], value: 1.25, met: true },
    { values: [1.2504, 1.2504], value: 1.25, met: true },
    { values: [1, 1.26, 2], value: 1.26, met: false },
  ])("of $values is met: $met", ({ values, value, met }) => {
    expect(rowOf(budget, values)).toMatchObject({ ...budget, value, met });
  });
});

describe("a race", () => {
  test("takes turns, lets everybody begin, and does not count the warm-up", async () => {
    const turns: string[] = [];
    const contestant = (name: string) => async () => void turns.push(name);
    const times = await race(
      { a: contestant("a"), b: contestant("b") },
      { rounds: 2, warmUp: 1, prepare: contestant("-") },
    );
    expect(turns.join("")).toBe("-a-b-b-a-a-b");
    expect([times.a.length, times.b.length]).toEqual([2, 2]);
  });

  test("compares round by round", () => {
    expect(ratios([2, 9], [1, 3])).toEqual([2, 3]);
  });
});
