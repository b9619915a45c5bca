import { expect, test } from "vitest";
import { mutations } from "../../simulation/mutations/index.ts";
import { occurrences } from "../../simulation/mutations/plant.ts";

test("the text of every mutation occurs once in its file", () => {
  const counts = mutations.map((mutation) => [mutation.name, occurrences(mutation)]);
  expect(counts.filter(([, count]) => count !== 1)).toEqual([]);
  expect(mutations.length).toBeGreaterThanOrEqual(32);
});

test("every mutation changes its file, and has a name of its own", () => {
  expect(mutations.filter(({ find, replace }) => find === replace)).toEqual([]);
  const names = mutations.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
