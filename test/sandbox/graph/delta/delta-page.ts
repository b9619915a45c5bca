/** A change at its place in the order of changes; one object may be several (occurrences). */
export interface Placed<T> {
  /** Version of the change, then its place among the changes of that version. */
  at: readonly [version: number, place: number];
  entry: T;
}

const isAfter = (at: readonly [number, number], sent: readonly [number, number]) =>
  at[0] > sent[0] || (at[0] === sent[0] && at[1] > sent[1]);

export interface DeltaPage<T> {
  entries: T[];
  /** The position to go on from; undefined when everything has been sent. */
  next: [number, number] | undefined;
}

/**
 * The next page of a round. A position is compared, never counted from, so an object that changes
 * between two pages drops out of this round and makes no other one disappear.
 */
export function deltaPage<T>(
  changes: readonly Placed<T>[],
  sent: readonly [number, number],
  size: number,
): DeltaPage<T> {
  const left = changes.filter(({ at }) => isAfter(at, sent));
  const page = left.slice(0, size);
  const last = page.at(-1);
  return {
    entries: page.map(({ entry }) => entry),
    next: left.length > size && last !== undefined ? [last.at[0], last.at[1]] : undefined,
  };
}
