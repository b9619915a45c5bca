import { describe, expect, test } from "vitest";
import { faultSchema, Faults, planOf } from "../../sandbox/faults.ts";
import type { FaultPlan } from "../../sandbox/faults.ts";

const fault = (input: object) => faultSchema.parse(input);
const arrival = {
  method: "POST",
  url: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
  grantType: "refresh_token",
};

describe("faults in waiting", () => {
  test("are used up by as many requests as they say, in the order they came", () => {
    const faults = new Faults();
    faults.add(fault({ aadsts: 50076, times: 2 }));
    faults.add(fault({ aadsts: 53003 }));
    const codes = Array.from({ length: 4 }, () => faults.take(arrival)?.aadsts);
    expect(codes).toEqual([50076, 50076, 53003, undefined]);
  });

  const matchers: [matcher: object, matches: boolean][] = [
    [{}, true],
    [{ url: "/oauth2/v2.0/token" }, true],
    [{ url: "graph.microsoft.com" }, false],
    [{ method: "post" }, true],
    [{ method: "GET" }, false],
    [{ grant_type: "refresh_token" }, true],
    [{ grant_type: "authorization_code" }, false],
    [{ url: "/token", method: "GET", grant_type: "refresh_token" }, false],
  ];
  test.each(matchers)("%j against a refresh: %s", (match, expected) => {
    const faults = new Faults();
    faults.add(fault({ match, reset: true }));
    expect(faults.take(arrival) !== undefined).toBe(expected);
  });

  test("a field nobody knows is refused by name", () => {
    expect(faultSchema.safeParse({ matches: {} }).error?.message).toContain("matches");
  });
});

describe("the plan of a fault", () => {
  const plans: [input: object, plan: FaultPlan][] = [
    [{ delay_ms: 50 }, { delayMs: 50, serve: true, answer: "service" }],
    [{ reset: true }, { delayMs: 0, serve: false, answer: "reset" }],
    [{ aadsts: 50076 }, { delayMs: 0, serve: false, answer: "aadsts" }],
    [
      { respond: { status: 503 }, delay_ms: 5 },
      { delayMs: 5, serve: false, answer: "respond" },
    ],
    [{ after_commit: true }, { delayMs: 0, serve: true, answer: "reset" }],
    [
      { after_commit: true, respond: { status: 504 } },
      { delayMs: 0, serve: true, answer: "respond" },
    ],
    [{ cut: true }, { delayMs: 0, serve: true, answer: "cut" }],
  ];
  test.each(plans)("%j", (input, plan) => {
    expect(planOf(fault(input))).toEqual(plan);
  });
});
