import type { GapReason } from "../../contract/watch.ts";

/** Since when changes of a watch may be missing: pure, in milliseconds since the epoch. */

/**
 * Graph tries for four hours to deliver a change, and then as long to say that it could not. What it still
 * had to deliver when a subscription ended comes to an address that is no longer taken.
 */
export const deliveryWindow = 8 * 60 * 60_000;

export interface GapFacts {
  now: number;
  createdAt: number;
  /** When Graph last said that it keeps the subscription; null: never. */
  confirmedAt: number | null;
  /** When the last change came; null: none did. */
  lastReceivedAt: number | null;
}

/** The first moment of which Graph may not have reported everything. */
export function missingSince(reason: GapReason, facts: GapFacts): number {
  const { now, createdAt } = facts;
  return Math.max(createdAt, Math.min(now, lastAlive(reason, facts)) - deliveryWindow);
}

/** When the subscription is known to have worked last. Graph may have dropped one before it ended. */
function lastAlive(
  reason: GapReason,
  { now, createdAt, confirmedAt, lastReceivedAt }: GapFacts,
): number {
  switch (reason) {
    case "expired":
    case "removed":
    case "recreated":
      return Math.max(confirmedAt ?? createdAt, lastReceivedAt ?? 0);
    case "missed":
    case "overflow":
      return now;
  }
}
