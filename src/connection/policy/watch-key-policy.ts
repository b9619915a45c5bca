/** How long keys are used that Graph encrypts items for: pure, in milliseconds. */

const hour = 60 * 60_000;
const day = 24 * hour;

/** After this the next renewals bring a new key. */
const keyAge = 365 * day;
/** A certificate outlives its key's use: whoever checks it must not find it expired. */
export const certificateLife = 2 * keyAge;
/** Graph repeats what it could not deliver for four hours. */
const afterlife = day;

export interface WatchKeyFacts {
  id: string;
  created_at: number;
}

/** Whether a key is too old to be given to another subscription. */
export const isWornOut = ({ created_at: createdAt }: WatchKeyFacts, now: number): boolean =>
  now - createdAt >= keyAge;

/**
 * The keys that nothing can come for any more: no subscription has them, and what was encrypted for
 * them when their successor came has been delivered or given up.
 *
 * @param keys the newest first
 * @param inUse ids of those that subscriptions have
 */
export function spentKeys(
  keys: readonly WatchKeyFacts[],
  inUse: ReadonlySet<string>,
  now: number,
): string[] {
  return keys.flatMap(({ id }, place) => {
    const successor = keys[place - 1];
    return successor !== undefined && !inUse.has(id) && now - successor.created_at >= afterlife
      ? [id]
      : [];
  });
}
