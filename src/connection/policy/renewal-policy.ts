import { defined } from "../../contract/defined.ts";
import { longestWait } from "../../http/retry-after.ts";
import { wholeNumber } from "../../http/whole-number.ts";

/** When to renew, how long to wait, when to probe: pure, in milliseconds unless a name says otherwise. */

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** A token POST unanswered for this long was lost with the process that sent it. */
export const intentTimeout = 30 * second;
/** An idle grant is used this often, so that Entra's 90 days of inactivity never pass. */
export const idleRefreshInterval = 14 * day;
/** Calls that meet an administrator's latch may ask Entra once in this time. */
export const adminProbeInterval = day;
/** Calls that meet the latch of another tenant than the grant's may ask it once in this time. */
export const foreignProbeInterval = 15 * minute;
/** A broken application credential is tried this often per connection. */
export const appRetryInterval = 15 * minute;
/** A refresh that failed by trouble that passes is tried again within this time. */
const retryCeiling = 5 * minute;
/** `refresh` on demand makes at most one POST in this time. */
export const forcedRefreshInterval = 10 * second;

/** A number in [0, 1) that is the same for the same text: spreads connections, not attempts. */
export function spreadOf(text: string): number {
  // FNV-1a: even enough for a jitter, and synchronous.
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) / 2 ** 32;
}

/**
 * When a token should be renewed: as Entra says (`refresh_in`), or 300 s before it expires but not
 * before half its life; earlier by up to a tenth of its life, so that connections made together do
 * not renew together. Never within its first minute, or the first quarter of a shorter life: a
 * renewal that is due at once would follow every call.
 */
export function refreshAt(token: {
  issuedAt: number;
  lifetimeSeconds: number;
  refreshInSeconds?: number;
  spread: number;
}): number {
  const lifetime = token.lifetimeSeconds;
  const after = token.refreshInSeconds ?? Math.max(lifetime - 300, lifetime / 2);
  const jitter = token.spread * 0.1 * lifetime;
  const soonest = Math.min(60, lifetime / 4);
  return token.issuedAt + Math.round(Math.max(soonest, after - jitter) * second);
}

/** The times of a token of one resource of one connection, from what Entra said of it. All are whole. */
export function timesOf(token: {
  connectionId: string;
  resource: string;
  issuedAt: number;
  lifetimeSeconds: number;
  refreshInSeconds?: number | undefined;
}): { issuedAt: number; expiresAt: number; refreshAt: number } {
  const { connectionId, resource, issuedAt, lifetimeSeconds, refreshInSeconds } = token;
  return {
    issuedAt,
    expiresAt: issuedAt + Math.floor(lifetimeSeconds * second),
    refreshAt: refreshAt({
      issuedAt,
      lifetimeSeconds,
      spread: spreadOf(`${connectionId} ${resource}`),
      ...defined({ refreshInSeconds }),
    }),
  };
}

/**
 * How long to wait after the nth failed attempt (from 1): full jitter under a doubling ceiling of
 * 2 s to 5 min, and never less than the service asked for, up to an hour. A renewal begins 5 min
 * before its token ends, so one that failed is tried again before callers notice, and no caller waits
 * longer than that after an outage.
 *
 * @returns whole milliseconds
 */
export function backoff(attempts: number, random: number, retryAfterSeconds = 0): number {
  const ceiling = Math.min(retryCeiling, 2 * second * 2 ** Math.min(attempts - 1, 20));
  const asked = wholeNumber(retryAfterSeconds * second, {
    most: longestWait.entra * second,
    round: "up",
  });
  return Math.max(Math.ceil(random * ceiling), 250, asked ?? 0);
}

/** Whether a token serves a caller who needs it for `minValiditySeconds` more. */
export function isFresh(
  token: { issuedAt: number; expiresAt: number },
  minValiditySeconds: number,
  now: number,
): boolean {
  // Asking for more than half a token's life would mint one at every call.
  const asked = Math.min(minValiditySeconds * second, (token.expiresAt - token.issuedAt) / 2);
  // A token from the future means that a clock went back: its expiry cannot be relied on.
  return now >= token.issuedAt - 5 * minute && token.expiresAt - now > asked;
}

export interface TokenFacts {
  refreshAt: number | null;
  firstUsedAt: number | null;
  retryAt: number | null;
  /** `awaits_roles`: attempts go on for a while, though nobody acts here. */
  latch: "none" | "stands" | "awaits_roles";
}

/**
 * When the alarm should renew a token, or null when it should be left to lapse: only what was used
 * since it was minted is worth renewing, and nothing that is latched. A renewal that failed is
 * repeated by its back-off, though the token was not due or not used: nothing else would notice
 * that the trouble has passed.
 */
export function renewalDue(token: TokenFacts): number | null {
  if (token.latch === "awaits_roles") return token.retryAt;
  if (token.latch === "stands" || token.refreshAt === null) return null;
  if (token.retryAt !== null) return token.retryAt;
  return token.firstUsedAt === null ? null : token.refreshAt;
}

/** When an idle grant is due for the refresh that keeps it alive. */
export function idleDue(grant: { lastRefreshAt: number; retryAt: number | null }): number {
  return Math.max(grant.lastRefreshAt + idleRefreshInterval, grant.retryAt ?? 0);
}
