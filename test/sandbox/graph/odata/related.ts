import type { Expansion } from "./expand.ts";

/** What each relationship of an item brings, by its name in the schema. */
export type Relations<Item> = Readonly<
  Record<string, (item: Item, expansion: Expansion) => unknown>
>;

/** The relationships of an item that $expand asks for. */
export function related<Item>(
  item: Item,
  expansions: readonly Expansion[],
  relations: Relations<Item>,
): Record<string, unknown> {
  return Object.fromEntries(
    expansions.map((expansion) => {
      const read = relations[expansion.name];
      if (read === undefined) throw new RangeError(`nothing brings ${expansion.name}`);
      return [expansion.name, read(item, expansion)];
    }),
  );
}
