import { describe, expect, it } from "vitest";
import {
  isIdempotentWrite,
  retryWait,
  type RetryQuestion,
} from "../../../src/http/retry-policy.ts";

const question = (changes: Partial<RetryQuestion>): RetryQuestion => ({
  attempt: 1,
  idempotent: true,
  outcome: { status: 503 },
  elapsedMs: 0,
  budgetMs: 20_000,
  random: () => 0.5,
  ...changes,
});

describe("retryWait", () => {
  it.each<[string, Partial<RetryQuestion>, number | "give up"]>([
    ["a throttled GET without Retry-After", { outcome: { status: 429 } }, 250],
    ["a throttled GET with one", { outcome: { status: 429 }, retryAfter: 2.128 }, 2378],
    ["a throttled POST: it was not done", { idempotent: false, outcome: { status: 429 } }, 250],
    ["a throttled call with Retry-After 0", { outcome: { status: 429 }, retryAfter: 0 }, 250],
    ["a 503 to a POST that says when to come back", { idempotent: false, retryAfter: 1 }, 1250],
    ["a 503 to a POST that does not", { idempotent: false }, "give up"],
    ["a 503 to a GET", {}, 250],
    ["a 504 to a GET", { outcome: { status: 504 } }, 250],
    [
      "a 504 to a POST, Retry-After or not",
      { idempotent: false, outcome: { status: 504 }, retryAfter: 1 },
      "give up",
    ],
    ["a broken connection under a GET", { outcome: "network_error" }, 250],
    [
      "a broken connection under a POST",
      { idempotent: false, outcome: "network_error" },
      "give up",
    ],
    ["a time-out of a GET", { outcome: "timeout" }, 250],
    ["a time-out of a POST", { idempotent: false, outcome: "timeout" }, "give up"],
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
    const waitMs = retryWait(question(changes));
    expect(waitMs === undefined ? "give up" : Math.round(waitMs)).toBe(expected);
  });

  it("spreads the wait from nothing up to the ceiling", () => {
    const waits = [0, 0.25, 0.999].map((value) =>
      retryWait(question({ attempt: 3, random: () => value })),
    );
    expect(waits).toEqual([0, 500, 1998]);
  });
});

describe("isIdempotentWrite", () => {
  it.each<[string, Parameters<typeof isIdempotentWrite>, boolean]>([
    ["a PUT", ["put"], true],
    ["a DELETE", ["DELETE", { accept: "application/json" }], true],
    ["a POST", ["POST"], false],
    ["a PATCH", ["PATCH"], false],
    ["a POST declared to be", ["POST", {}, true], true],
    ["a PUT declared not to be", ["PUT", {}, false], false],
    ["a PUT under If-None-Match", ["PUT", { "If-None-Match": "*" }], false],
    ["a DELETE under If-Match", ["DELETE", { "if-match": '"1"' }], false],
    ["a PUT under If-Unmodified-Since", ["PUT", { "if-unmodified-since": "" }], false],
    ["a PATCH declared to be, under a condition", ["PATCH", { "if-match": "*" }, true], false],
  ])("says of %s whether it may be repeated", (_, [method, headers, declared], expected) => {
    expect(isIdempotentWrite(method, headers, declared)).toBe(expected);
  });
});
