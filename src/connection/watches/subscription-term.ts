import type { Failure } from "../../contract/errors.ts";
import type { GraphSubscription } from "../../graph/subscriptions.ts";
import {
  askedExpiry,
  believedExpiry,
  checkInterval,
  lifetimes,
  renewalAt,
  watchRetryAt,
} from "../policy/watch-lifetime.ts";
import { rulesOf } from "../policy/watch-resource.ts";
import type { WatchColumns, WatchRow } from "../tables/watches.ts";

/** What is asked of Graph for a watch, and what is written of the subscription it gives. Moments are milliseconds. */

/** Graph's path of what is watched. */
export const pathOf = ({ resource, selected }: WatchRow): string =>
  selected === null ? resource : `${resource}?$select=${selected.join(",")}`;

/** The lives that can be asked for, in minutes, the longest first. */
export const lifetimesOf = ({ resource, include_data }: WatchRow): readonly number[] =>
  lifetimes(rulesOf(resource), include_data);

/** When a subscription ends that is asked for at `now`. */
export function expiryOf(row: WatchRow, now: number): number {
  const all = lifetimesOf(row);
  return askedExpiry(all[row.lifetime] ?? all.at(-1) ?? 60, now);
}

/** When to see whether Graph still has it; null: Graph says so by itself. */
export const checkAt = ({ resource }: WatchRow, confirmed: number): number | null =>
  rulesOf(resource).saysRemoved ? null : confirmed + checkInterval;

/**
 * When to try again what failed once more, and how often it has failed by then.
 *
 * @param random uniform in [0, 1)
 */
export const laterColumns = (
  row: WatchRow,
  { retry_after: retryAfterSeconds }: Pick<Failure, "retry_after">,
  { now, random }: { now: number; random: number },
): { retry_at: number; attempts: number } => {
  const attempts = row.attempts + 1;
  const endsAt = row.subscription_id === null ? null : row.expires_at;
  return { attempts, retry_at: watchRetryAt({ now, attempts, random, retryAfterSeconds, endsAt }) };
};

export interface Confirmation {
  /** The end that was asked for. */
  asked: number;
  /** When Graph answered. */
  confirmed: number;
  /** In [0, 1): where in its window a renewal lies. */
  spread: number;
}

/** The columns of a watch whose subscription Graph has confirmed. */
export function keptColumns(
  row: WatchRow,
  { id, expirationDateTime }: GraphSubscription,
  { asked, confirmed, spread }: Confirmation,
): WatchColumns {
  const expires = believedExpiry(expirationDateTime, asked, confirmed);
  return {
    subscription_id: id,
    asked_at: null,
    confirmed_at: confirmed,
    expires_at: expires,
    renew_at: renewalAt(confirmed, expires, spread),
    check_at: checkAt(row, confirmed),
    retry_at: null,
    attempts: 0,
  };
}
