import { wholeNumber } from "../../http/whole-number.ts";
import type { KindRules } from "./watch-kind.ts";

/** How long subscriptions live and when they are renewed: pure, in milliseconds unless a name says otherwise. */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Graph refuses a life that is longer by seconds than it allows. */
const margin = 5;
/** What is asked for where Graph refuses that, in minutes: what it once allowed, and what it allows for all. */
const fallbacks = [4_230, 60] as const;
/** One that is due takes along those that are due within this time: one wake-up renews them all. */
export const renewedTogether = day;
/** Where Graph does not say that it removed a subscription, it is looked for this often. */
export const checkInterval = day;
/** Graph repeats `reauthorizationRequired`: after a renewal it is not heeded for so long. */
export const reauthorizeQuiet = minute;
/** A request about a watch is over by then, or died with its object. */
export const watchLease = 3 * minute;
/** No subscription lives longer. */
const longestBelieved = 60 * day;
/** None is given a shorter life than 45 minutes: an end that is nearer would renew without end. */
const shortestBelieved = minute;
/** Longest wait between attempts. */
const retryCeiling = hour;

/** The lifetimes to ask for, in minutes, the longest first: where one is refused, the next is asked for. */
export function lifetimes(
  { longest, longestRich }: Pick<KindRules, "longest" | "longestRich">,
  rich: boolean,
): readonly number[] {
  const first = (rich ? (longestRich ?? longest) : longest) - margin;
  return [first, ...fallbacks.filter((minutes) => minutes < first)];
}

/**
 * Whether the longest life is asked for again, of one that was given a shorter one: once a day. A refusal
 * may have been by chance, and otherwise costs a request.
 *
 * @param confirmedAt when Graph last said that it keeps the subscription; null: never
 */
export const asksLongestAgain = (confirmedAt: number | null, now: number): boolean =>
  confirmedAt !== null && Math.floor(confirmedAt / day) !== Math.floor(now / day);

/** When a subscription is asked to end. */
export const askedExpiry = (minutes: number, now: number): number => now + minutes * minute;

/**
 * When a subscription ends: as Graph answered, whatever was asked.
 *
 * @param answered `expirationDateTime`; unreadable, past or within a minute: the end that was asked for
 */
export function believedExpiry(answered: string | undefined, asked: number, now: number): number {
  const at = answered === undefined ? Number.NaN : Date.parse(answered);
  if (Number.isNaN(at) || at < now + shortestBelieved) return asked;
  return Math.min(at, now + longestBelieved);
}

/**
 * When a subscription is renewed: at half its life, earlier by up to a tenth of it, so that connections
 * made together do not renew together.
 *
 * @param spread in [0, 1), the same for all watches of a connection
 */
export function renewalAt(confirmedAt: number, expiresAt: number, spread: number): number {
  const life = expiresAt - confirmedAt;
  return confirmedAt + Math.round(life / 2 - spread * 0.1 * life);
}

/**
 * When what failed is tried again: after half a ceiling and up to another half by chance, the ceiling
 * doubling from 5 s to an hour; not sooner than Graph asked for, and in time for a subscription that
 * ends.
 *
 * @param attempts failed in a row, this one included
 * @param retryAfterSeconds as Graph asked
 * @param endsAt of the subscription that is to be renewed; null: there is none
 */
export function watchRetryAt(failed: {
  now: number;
  attempts: number;
  random: number;
  retryAfterSeconds?: number | undefined;
  endsAt: number | null;
}): number {
  const { now, attempts, random, endsAt } = failed;
  const left = endsAt === null ? Infinity : Math.max(5 * second, (endsAt - now) / 4);
  const ceiling = Math.min(retryCeiling, left, 5 * second * 2 ** Math.min(attempts - 1, 20));
  const asked = wholeNumber((failed.retryAfterSeconds ?? 0) * second, {
    most: retryCeiling,
    round: "up",
  });
  return now + Math.max(Math.ceil((ceiling / 2) * (1 + random)), asked ?? 0);
}
