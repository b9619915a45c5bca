/** The primitive types that filters compare; `complex` values have properties of their own. */
export type EdmType = "string" | "boolean" | "number" | "dateTime" | "complex" | "collection";

/** What is known of an entity: its type's name and its properties by path (`from/emailAddress/name`). */
export interface EntitySchema {
  name: string;
  properties: Readonly<Record<string, EdmType>>;
}

/** OData's own words for a property nobody declared. */
export function unknownProperty(schema: EntitySchema, path: string): string {
  return `Could not find a property named '${path}' on type '${schema.name}'.`;
}

/** Reads `a/b/c` out of an entity; anything missing on the way is null. */
export function valueAt(entity: unknown, path: readonly string[]): unknown {
  let value = entity;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return null;
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : null;
  }
  return value;
}
