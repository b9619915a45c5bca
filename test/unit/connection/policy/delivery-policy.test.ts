import { describe, expect, it } from "vitest";
import {
  deliveryWindow,
  isTried,
  probeInterval,
  retryAt,
  type FailedDelivery,
} from "../../../../src/connection/policy/delivery-policy.ts";

const second = 1_000;
const hour = 3_600 * second;
const now = 1_000 * hour;

const failed = (change: Partial<FailedDelivery> = {}): FailedDelivery => ({
  now,
  attempts: 1,
  failingSince: now,
  probing: false,
  random: 0,
  ...change,
});

describe("a delivery that failed", () => {
  it.each<[string, Partial<FailedDelivery>, number]>([
    ["once is repeated after 2.5 s at the soonest", {}, 2.5 * second],
    ["once is repeated after 5 s at the latest", { random: 0.9999999 }, 5 * second],
    ["twice waits four times as long", { attempts: 2 }, 10 * second],
    ["often waits 3 to 6 h", { attempts: 30 }, 3 * hour],
    ["waits as long as the receiver asks", { retryAfterSeconds: 60 }, 60 * second],
    [
      "waits no shorter because the receiver asks",
      { attempts: 3, retryAfterSeconds: 1 },
      40 * second,
    ],
    ["takes no more than 6 h from the receiver", { retryAfterSeconds: 1e9 }, 6 * hour],
    [
      "is repeated once more when the three days end",
      { attempts: 30, failingSince: now + second - deliveryWindow },
      second,
    ],
  ])("%s", (_, change, wait) => {
    expect(retryAt(failed(change))).toBe(now + wait);
  });

  it.each<[string, Partial<FailedDelivery>]>([
    ["after three days", { failingSince: now - deliveryWindow }],
    ["at once where it was a try of a paused sink", { probing: true }],
  ])("is given up %s", (_, change) => {
    expect(retryAt(failed(change))).toBeNull();
  });

  it("is repeated about a dozen times a day at most, once it fails for long", () => {
    let at = now;
    let attempts = 0;
    while (at < now + deliveryWindow) {
      attempts += 1;
      at = retryAt(failed({ now: at, attempts, random: 0 })) ?? Infinity;
    }
    expect(attempts).toBeGreaterThan(12);
    expect(attempts).toBeLessThan(36);
  });
});

describe("a paused sink", () => {
  const pause = { reason: "failing", triedAt: now, fingerprint: 0.5 } as const;
  it.each([
    ["is left alone for a day", pause, probeInterval - 1, 0.5, false],
    ["is tried with the next event after a day", pause, probeInterval, 0.5, true],
    ["is tried at once when it was configured anew", pause, 0, 0.6, true],
    ["that is gone stays so", { ...pause, reason: "gone" }, 100 * probeInterval, 0.5, false],
    [
      "that is gone is tried when it was configured anew",
      { ...pause, reason: "gone" },
      0,
      0.6,
      true,
    ],
  ] as const)("%s", (_, paused, later, fingerprint, tried) => {
    expect(isTried(paused, now + later, fingerprint)).toBe(tried);
  });
});
