/** When to repeat a delivery, and when to stop: pure, in milliseconds unless a name says otherwise. */

const second = 1_000;
const hour = 60 * 60 * second;
const day = 24 * hour;

const firstCeiling = 5 * second;
const lastCeiling = 6 * hour;
/** A sink that took nothing for this long is paused. */
export const deliveryWindow = 3 * day;
/** One that is paused is tried with the next event, but not sooner than this. */
export const probeInterval = day;

/** A delivery takes less than this, or died with its object. */
export const deliveryLease = 30 * second;

export type PauseReason = "gone" | "failing";

export interface Pause {
  reason: PauseReason;
  /** When it was tried last. */
  triedAt: number;
  /** Of the configuration that did not work. */
  fingerprint: number;
}

export interface FailedDelivery {
  now: number;
  /** Failed in a row, this one included. */
  attempts: number;
  /** When the first of them failed. */
  failingSince: number;
  /** It was paused, and this was a try. */
  probing: boolean;
  retryAfterSeconds?: number | undefined;
  /** In [0, 1). */
  random: number;
}

/**
 * When a delivery that failed is tried again: half a ceiling and up to another half by chance, so
 * that many connections do not come back together; the ceiling grows fourfold from 5 s to 6 h. Never
 * sooner than the receiver asked for, and once more when the three days end.
 *
 * @returns null when it is to be paused
 */
export function retryAt(failed: FailedDelivery): number | null {
  const end = failed.failingSince + deliveryWindow;
  if (failed.probing || failed.now >= end) return null;
  const ceiling = Math.min(lastCeiling, firstCeiling * 4 ** Math.min(failed.attempts - 1, 20));
  const asked = Math.min(lastCeiling, (failed.retryAfterSeconds ?? 0) * second);
  const wait = Math.max((ceiling / 2) * (1 + failed.random), asked);
  return Math.min(end, failed.now + Math.ceil(wait));
}

/**
 * Whether a paused sink is tried with the event at hand: at once when its configuration is another;
 * otherwise once a day, unless it asked for no more.
 */
export function isTried(pause: Pause, now: number, fingerprint: number): boolean {
  if (pause.fingerprint !== fingerprint) return true;
  switch (pause.reason) {
    case "gone":
      return false;
    case "failing":
      return now - pause.triedAt >= probeInterval;
  }
}
