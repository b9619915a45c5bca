import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  backoff,
  idleDue,
  isFresh,
  refreshAt,
  renewalDue,
  spreadOf,
  timesOf,
  type TokenFacts,
} from "../../../../src/connection/policy/renewal-policy.ts";

const second = 1_000;

describe("refreshAt", () => {
  test.each([
    ["an hour: 300 s before the end", 3_600, undefined, 3_300],
    ["ten minutes: 300 s before the end is half", 600, undefined, 300],
    ["two minutes: not before half its life", 120, undefined, 60],
    ["a long-lived token: when Entra says", 86_400, 43_200, 43_200],
    ["an hour, at once: not within a minute", 3_600, 1, 60],
    ["a day, soon: not within a minute", 86_400, 59, 60],
    ["two minutes, at once: not within a quarter", 120, 1, 30],
    ["two seconds: not before half its life", 2, undefined, 1],
  ])("%s", (_, lifetimeSeconds, refreshInSeconds, expected) => {
    const at = refreshAt({
      issuedAt: 0,
      lifetimeSeconds,
      spread: 0,
      ...(refreshInSeconds !== undefined && { refreshInSeconds }),
    });
    expect(at).toBe(expected * second);
  });

  test("is moved earlier by at most a tenth of the token's life, never before its issue", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (lifetimeSeconds, spread) => {
          const plain = refreshAt({ issuedAt: 0, lifetimeSeconds, spread: 0 });
          const moved = refreshAt({ issuedAt: 0, lifetimeSeconds, spread });
          expect(moved).toBeLessThanOrEqual(plain);
          expect(moved).toBeGreaterThanOrEqual(Math.max(0, plain - lifetimeSeconds * 100 - 1));
        },
      ),
    );
  });
});

test("spreadOf is stable, in [0, 1), and spreads", () => {
  const values = Array.from({ length: 1_000 }, (_, index) => spreadOf(`user:u${index} graph`));
  expect(spreadOf("user:u1 graph")).toBe(values[1]);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  const tenths = new Set(values.map((value) => Math.floor(value * 10)));
  expect(tenths.size).toBe(10);
});

test.each([
  [1, 0.999, 0, 1_998],
  [2, 0.5, 0, 2_000],
  [5, 0.999, 0, 31_968],
  [1, 0, 0, 250],
  [1, 0.5, 30, 30_000],
  [40, 0.999, 0, 299_700],
])(
  "backoff after attempt %i with random %f and Retry-After %i waits %i ms",
  (attempts, random, retryAfter, expected) => {
    expect(backoff(attempts, random, retryAfter)).toBe(Math.ceil(expected));
  },
);

test.each([
  [2.1285, 2_129],
  [0.0001, 250],
  [299.5, 299_500],
  [3_600, 3_600_000],
  [3_601, 3_600_000],
  [999_999_999, 3_600_000],
  [1e300, 3_600_000],
  [Infinity, 3_600_000],
  [-30, 250],
  [Number.NaN, 250],
])("a Retry-After of %d s makes a whole wait of at most an hour", (retryAfter, expected) => {
  expect(backoff(1, 0, retryAfter)).toBe(expected);
});

test("every wait is whole, at least 250 ms and at most an hour", () => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.double(),
      (attempts, random, retryAfter) => {
        const wait = backoff(attempts + 1, random, retryAfter);
        expect(Number.isInteger(wait) && wait >= 250 && wait <= 3_600_000).toBe(true);
      },
    ),
  );
});

test("every time of a token is a whole number, whatever its lifetime", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 100_800, noNaN: true }),
      fc.option(fc.double({ min: 1, max: 100_800, noNaN: true }), { nil: undefined }),
      fc.string(),
      (lifetimeSeconds, refreshInSeconds, connectionId) => {
        const issuedAt = 1_795_000_000_000;
        const token = { connectionId, resource: "graph", issuedAt, lifetimeSeconds };
        const times = timesOf({ ...token, refreshInSeconds });
        expect(Object.values(times).every(Number.isSafeInteger)).toBe(true);
      },
    ),
  );
});

test("a renewal that fails is tried again before its token ends, however often it failed", () => {
  const hour = { issuedAt: 0, lifetimeSeconds: 3_600, spread: 0 };
  const left = hour.lifetimeSeconds * second - refreshAt(hour);
  for (let attempts = 1; attempts < 50; attempts += 1) {
    expect(backoff(attempts, 0.999)).toBeLessThan(left);
  }
});

describe("isFresh", () => {
  const token = { issuedAt: 0, expiresAt: 3_600 * second };
  test.each([
    ["at its issue", 30, 0, true],
    ["31 s before its end", 30, 3_569, true],
    ["30 s before its end", 30, 3_570, false],
    ["after its end", 0, 3_601, false],
    ["asked for longer than half its life, at its issue", 86_400, 0, true],
    ["asked for longer than half its life, after half of it", 86_400, 1_801, false],
    ["when the clock went back by an hour", 30, -3_600, false],
    ["when the clock went back by a minute", 30, -60, true],
  ])("%s", (_, minValiditySeconds, atSeconds, expected) => {
    expect(isFresh(token, minValiditySeconds, atSeconds * second)).toBe(expected);
  });
});

test.each<[string, TokenFacts, number | null]>([
  ["unused", { refreshAt: 10, firstUsedAt: null, retryAt: null, latch: "none" }, null],
  ["used", { refreshAt: 10, firstUsedAt: 5, retryAt: null, latch: "none" }, 10],
  ["in back-off", { refreshAt: 10, firstUsedAt: 5, retryAt: 20, latch: "none" }, 20],
  [
    "not due, but failed when somebody asked for it",
    { refreshAt: 100, firstUsedAt: 5, retryAt: 20, latch: "none" },
    20,
  ],
  [
    "unused, and failed when somebody asked for it",
    { refreshAt: 100, firstUsedAt: null, retryAt: 20, latch: "none" },
    20,
  ],
  ["latched", { refreshAt: 10, firstUsedAt: 5, retryAt: null, latch: "stands" }, null],
  [
    "latched until roles arrive",
    { refreshAt: 10, firstUsedAt: 5, retryAt: 20, latch: "awaits_roles" },
    20,
  ],
  [
    "latched for roles that did not arrive",
    { refreshAt: 10, firstUsedAt: 5, retryAt: null, latch: "awaits_roles" },
    null,
  ],
  ["never minted", { refreshAt: null, firstUsedAt: null, retryAt: 20, latch: "none" }, null],
])("a token that is %s is renewed at the right time", (_, token, expected) => {
  expect(renewalDue(token)).toBe(expected);
});

test("an idle grant is due 14 days after its last refresh, or when its back-off ends", () => {
  const day = 86_400 * second;
  expect(idleDue({ lastRefreshAt: 0, retryAt: null })).toBe(14 * day);
  expect(idleDue({ lastRefreshAt: 0, retryAt: 15 * day })).toBe(15 * day);
});
