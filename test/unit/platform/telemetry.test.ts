import { describe, expect, it } from "vitest";
import { factsAt, type RefreshFacts } from "../../../src/platform/telemetry.ts";

const refresh: RefreshFacts = {
  resource: "graph",
  outcome: "invalid_grant",
  duration_ms: 120,
  waiters: 2,
  attempt: 1,
  aadsts: 50_173,
  action: "sign_in",
  upstream_request_id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
};

describe("the facts of a refresh", () => {
  it("are all written to the log, without those that have no value", () => {
    expect(factsAt("refresh", "log", refresh)).toStrictEqual(refresh);
  });

  it("give a data point no request id", () => {
    const { upstream_request_id: _, ...rest } = refresh;
    expect(factsAt("refresh", "point", refresh)).toStrictEqual(rest);
  });

  it("give a span what it is for, how it ended and who waited", () => {
    const { resource, outcome, waiters, attempt } = refresh;
    const expected = { resource, outcome, waiters, attempt };
    expect(factsAt("refresh", "span", refresh)).toStrictEqual(expected);
  });
});

it("writes the name of an alarm's error to the log alone", () => {
  const facts = {
    outcome: "failed",
    lag_ms: 1,
    duration_ms: 2,
    renewals: 0,
    deliveries: 0,
  } as const;
  const failed = { ...facts, error_name: "TypeError" };
  expect(factsAt("alarm", "log", failed)).toStrictEqual(failed);
  expect(factsAt("alarm", "point", failed)).toStrictEqual(facts);
});
