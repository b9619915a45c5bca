/** A place in the order of a round's changes, compared number by number. */
export type Position = readonly number[];

/** A change at its place; one object may be several (occurrences). */
export interface Placed<T> {
  at: Position;
  entry: T;
}

/** Negative, zero or positive as `left` comes before, at or after `right`. */
export function comparePositions(left: Position, right: Position): number {
  const index = left.findIndex((number, place) => number !== right[place]);
  if (index < 0) return left.length - right.length;
  return (left[index] ?? 0) - (right[index] ?? Number.NEGATIVE_INFINITY);
}

export interface DeltaPage<T> {
  entries: T[];
  /** The position to go on from; undefined when everything has been sent. */
  next: Position | undefined;
}

/**
 * The next page of a round. A position is compared, never counted from, so an object that changes
 * between two pages drops out of this round and makes no other one disappear.
 */
export function deltaPage<T>(
  changes: readonly Placed<T>[],
  sent: Position,
  size: number,
): DeltaPage<T> {
  const left = changes.filter(({ at }) => comparePositions(at, sent) > 0);
  const page = left.slice(0, size);
  const last = page.at(-1);
  return {
    entries: page.map(({ entry }) => entry),
    next: left.length > size ? last?.at : undefined,
  };
}
