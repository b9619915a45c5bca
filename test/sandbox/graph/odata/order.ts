import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";
import { propertyPath, unknownProperty, valueAt } from "./schema.ts";
import type { EntitySchema } from "./schema.ts";

export interface Ordering {
  path: string;
  descending: boolean;
}

/** Parses `receivedDateTime desc,subject`. Error: OData's sentence. */
export function parseOrder(text: string, schema: EntitySchema): Result<Ordering[], string> {
  const orderings: Ordering[] = [];
  for (const part of text.split(",")) {
    const [path = "", direction = "asc", ...rest] = part.trim().split(/\s+/);
    if (rest.length > 0 || (direction !== "asc" && direction !== "desc"))
      return err(`Syntax error at position ${text.length} in '${text}'.`);
    const known = propertyPath(schema, path);
    if (known === undefined) return err(unknownProperty(schema, path));
    const type = schema.properties[known];
    if (type === "complex" || type === "collection")
      return err("The $orderby expression must evaluate to a single value of primitive type.");
    orderings.push({ path: known, descending: direction === "desc" });
  }
  return ok(orderings);
}

type Sortable = string | number | boolean;

const sortable = (value: unknown): Sortable | null =>
  typeof value === "string"
    ? value.toLowerCase()
    : typeof value === "number" || typeof value === "boolean"
      ? value
      : null;

/** Null comes before everything; what is not text, number or truth sorts as null. */
function compareValues(left: unknown, right: unknown): number {
  const a = sortable(left);
  const b = sortable(right);
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

/**
 * A copy of `items` in the order asked for; equal ones keep their places.
 *
 * @param entityOf what of an item has the properties; the item itself by default
 */
export function sortBy<T>(
  items: readonly T[],
  orderings: readonly Ordering[],
  entityOf: (item: T) => unknown = (item) => item,
): T[] {
  return [...items].sort((left, right) => {
    for (const { path, descending } of orderings) {
      const steps = path.split("/");
      const difference = compareValues(
        valueAt(entityOf(left), steps),
        valueAt(entityOf(right), steps),
      );
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
}

/**
 * Exchange's rule for $filter together with $orderby: every property of $orderby is also in
 * $filter, in the same order, before any property that is only in $filter.
 */
export function isInefficient(
  filterPaths: readonly string[],
  orderings: readonly Ordering[],
): boolean {
  const distinct = [...new Set(filterPaths.map((path) => path.toLowerCase()))];
  return orderings.some(({ path }, index) => distinct[index] !== path.toLowerCase());
}
