import { expect, test } from "vitest";
import { jurisdictionChanged } from "../../../src/config/jurisdiction.ts";

test.each([
  [undefined, "none"],
  ["eu", "eu"],
  ["fedramp-high", "fedramp-high"],
] as const)("%s agrees with %s", (configured, held) => {
  expect(jurisdictionChanged(configured, held)).toBeUndefined();
});

test.each([
  ["us", "eu", "must be eu:"],
  [undefined, "eu", "must be eu:"],
  ["eu", "none", "must be unset:"],
] as const)(
  "%s where the connections are in %s is a wrong configuration",
  (configured, held, says) => {
    const failure = jurisdictionChanged(configured, held);
    expect(failure).toMatchObject({
      code: "app_misconfigured",
      details: { variable: "AZURE_JURISDICTION" },
    });
    expect(failure?.message).toContain(`AZURE_JURISDICTION ${says}`);
  },
);
