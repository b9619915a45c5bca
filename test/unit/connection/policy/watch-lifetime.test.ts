import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  askedExpiry,
  asksLongestAgain,
  believedExpiry,
  lifetimes,
  renewalAt,
  watchRetryAt,
} from "../../../../src/connection/policy/watch-lifetime.ts";
import { kindRules, type ResourceKind } from "../../../../src/connection/policy/watch-kind.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const now = Date.UTC(2026, 10, 28, 12);

describe("the lifetimes that are asked for", () => {
  test.each<[ResourceKind, boolean, readonly number[]]>([
    ["mail_folder", false, [10_075, 4_230, 60]],
    ["mail", true, [1_435, 60]],
    ["mail_folder", true, [1_435, 60]],
    ["calendar", true, [1_435, 60]],
    ["contacts", true, [1_435, 60]],
    ["teams", true, [4_315, 4_230, 60]],
    ["presence", true, [55]],
    ["other", true, [1_435, 60]],
    ["drive", false, [42_295, 4_230, 60]],
    ["directory", false, [41_755, 4_230, 60]],
    ["teams", false, [4_315, 4_230, 60]],
    ["presence", false, [55]],
    ["other", false, [4_225, 60]],
  ])("of %s, with items: %s", (kind, rich, expected) => {
    expect(lifetimes(kindRules[kind], rich)).toEqual(expected);
  });

  test("are never below the 45 minutes that Graph demands", () => {
    for (const rules of Object.values(kindRules)) {
      expect(Math.min(...lifetimes(rules, false), ...lifetimes(rules, true))).toBeGreaterThan(45);
    }
  });
});

describe("the end of a subscription", () => {
  const asked = askedExpiry(4_230, now);
  test.each<[string, string | undefined, number]>([
    ["as Graph answered", new Date(now + day).toISOString(), now + day],
    ["as Graph answered, with seven digits", "2026-11-29T12:00:00.0000000Z", now + day],
    ["as asked, where Graph does not say", undefined, asked],
    ["as asked, where what Graph says is no date", "soon", asked],
    ["as asked, where it has passed", new Date(now - 1).toISOString(), asked],
    ["as asked, where it is as good as now", new Date(now + 1_000).toISOString(), asked],
    ["as asked, where it is of the epoch", "1970-01-01T00:00:00Z", asked],
    ["as asked, where it is a number", "0", asked],
    ["bounded", "9999-12-31T23:59:59Z", now + 60 * day],
  ])("is %s", (_, answered, expected) => {
    expect(believedExpiry(answered, asked, now)).toBe(expected);
  });
});

test.each<[string, number | null, boolean]>([
  ["on the same day", now - 11 * 60 * minute, false],
  ["on the day after", now - 13 * 60 * minute, true],
  ["after days", now - 3 * day, true],
  ["where none was ever kept", null, false],
])("%s the longest life is asked for again: %s → %s", (_, confirmedAt, expected) => {
  expect(asksLongestAgain(confirmedAt, now)).toBe(expected);
});

test("a renewal is due between two fifths and half of a life", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 45 * minute, max: 60 * day }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (life, spread) => {
        const at = renewalAt(now, now + life, spread);
        expect(Number.isInteger(at)).toBe(true);
        expect(at).toBeGreaterThanOrEqual(now + 0.39 * life);
        expect(at).toBeLessThanOrEqual(now + life / 2 + 1);
      },
    ),
  );
});

describe("a failed attempt", () => {
  const failed = { now, attempts: 1, random: 0, endsAt: null };
  test.each([
    ["first", failed, 2_500],
    ["first, with bad luck", { ...failed, random: 1 }, 5_000],
    ["fourth", { ...failed, attempts: 4, random: 1 }, 40_000],
    ["hundredth", { ...failed, attempts: 100, random: 1 }, 60 * minute],
    ["with a Retry-After", { ...failed, retryAfterSeconds: 90 }, 90_000],
    ["with a Retry-After of years", { ...failed, retryAfterSeconds: 1e12 }, 60 * minute],
    [
      "with 20 minutes left",
      { ...failed, attempts: 100, random: 1, endsAt: now + 20 * minute },
      5 * minute,
    ],
    ["with seconds left", { ...failed, attempts: 100, random: 1, endsAt: now + 1 }, 5_000],
  ])("the %s is tried again in time", (_, facts, wait) => {
    expect(watchRetryAt(facts) - now).toBe(wait);
  });
});
