import { describe, expect, it } from "vitest";
import { decideRetry, type RetryQuestion } from "../../../src/http/retry-policy.ts";

const question = (changes: Partial<RetryQuestion>): RetryQuestion => ({
  attempt: 1,
  method: "GET",
  outcome: { status: 503 },
  elapsedMs: 0,
  budgetMs: 20_000,
  random: () => 0.5,
  ...changes,
});

describe("decideRetry", () => {
  it.each<[string, Partial<RetryQuestion>, number | "give up"]>([
    ["a throttled GET without Retry-After", { outcome: { status: 429 } }, 250],
    ["a throttled GET with one", { outcome: { status: 429 }, retryAfter: 2.128 }, 2378],
    ["a throttled POST: it was not done", { method: "POST", outcome: { status: 429 } }, 250],
    ["a throttled call with Retry-After 0", { outcome: { status: 429 }, retryAfter: 0 }, 250],
    ["a 503 to a POST that says when to come back", { method: "POST", retryAfter: 1 }, 1250],
    ["a 503 to a POST that does not", { method: "POST" }, "give up"],
    ["a 503 to a PATCH that does not", { method: "PATCH" }, "give up"],
    ["a 503 to a PUT", { method: "put" }, 250],
    ["a 503 to a DELETE", { method: "DELETE" }, 250],
    ["a 503 to a POST declared idempotent", { method: "POST", idempotent: true }, 250],
    ["a 503 to a PUT declared not to be", { method: "PUT", idempotent: false }, "give up"],
    ["a 504 to a GET", { outcome: { status: 504 } }, 250],
    [
      "a 504 to a POST, Retry-After or not",
      { method: "POST", outcome: { status: 504 }, retryAfter: 1 },
      "give up",
    ],
    ["a broken connection under a GET", { outcome: "network_error" }, 250],
    ["a broken connection under a POST", { method: "POST", outcome: "network_error" }, "give up"],
    ["a time-out of a GET", { outcome: "timeout" }, 250],
    ["a time-out of a POST", { method: "POST", outcome: "timeout" }, "give up"],
    ["a 500", { outcome: { status: 500 } }, "give up"],
    ["a 502", { outcome: { status: 502 } }, "give up"],
    ["a 404", { outcome: { status: 404 } }, "give up"],
    ["a 401", { outcome: { status: 401 } }, "give up"],
    ["the second attempt", { attempt: 2 }, 500],
    ["the fourth attempt", { attempt: 4 }, 2000],
    ["the ceiling of the backoff", { attempt: 7 }, 4000],
    ["the eighth attempt", { attempt: 8 }, "give up"],
    ["a wait longer than the budget", { retryAfter: 21 }, "give up"],
    ["a wait longer than what is left of it", { retryAfter: 5, elapsedMs: 16_000 }, "give up"],
    ["jitter beyond what is left of it", { retryAfter: 4, elapsedMs: 15_900 }, 4100],
    ["a budget used up", { elapsedMs: 20_000 }, "give up"],
    [
      "a throttled call whose caller does not wait",
      { outcome: { status: 429 }, waitOnThrottle: false },
      "give up",
    ],
    ["a 503 whose caller does not wait on throttling", { waitOnThrottle: false }, 250],
  ])("decides on %s", (_, changes, expected) => {
    const decision = decideRetry(question(changes));
    expect(decision.retry ? Math.round(decision.waitMs) : "give up").toBe(expected);
  });

  it("spreads the wait from nothing up to the ceiling", () => {
    const waits = [0, 0.25, 0.999].map((value) =>
      decideRetry(question({ attempt: 3, random: () => value })),
    );
    expect(waits).toEqual([
      { retry: true, waitMs: 0 },
      { retry: true, waitMs: 500 },
      { retry: true, waitMs: 1998 },
    ]);
  });
});
