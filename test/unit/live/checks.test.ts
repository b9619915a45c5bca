import { expect, test } from "vitest";
import { armChecks } from "../../live/arm-checks.ts";
import { entraChecks, secretChecks, signInChecks } from "../../live/entra-checks.ts";
import { graphChecks } from "../../live/graph-checks.ts";
import { writeChecks } from "../../live/write-checks.ts";

const reads = [...entraChecks, ...signInChecks, ...secretChecks, ...graphChecks, ...armChecks];
const checks = [...reads, ...writeChecks];

test("every check has a name of its own, and a page of Microsoft's behind it", () => {
  expect(checks.length).toBeGreaterThan(70);
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  const page = /^https:\/\/learn\.microsoft\.com\/(?:entra|graph|rest\/api)\/[\w/-]+$/;
  expect(checks.filter(({ source }) => !page.test(source))).toEqual([]);
});

test("only the checks of --write make something", () => {
  expect(reads.filter(({ makes }) => makes !== undefined)).toEqual([]);
  expect(writeChecks.filter(({ makes }) => makes === undefined)).toEqual([]);
});
