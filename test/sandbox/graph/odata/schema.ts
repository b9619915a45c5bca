/** The primitive types that filters compare; `complex` values have properties of their own. */
export type EdmType = "string" | "boolean" | "number" | "dateTime" | "complex" | "collection";

/** What is known of an entity: its type's name and its properties by path (`from/emailAddress/name`). */
export interface EntitySchema {
  name: string;
  properties: Readonly<Record<string, EdmType>>;
  /** Relationships; true for those that `$expand` brings here, the others have paths of their own. */
  navigations?: Readonly<Record<string, boolean>>;
}

/** The name that `wanted` spells in any letter case, as Graph compares names. */
export function nameAmong(names: Iterable<string>, wanted: string): string | undefined {
  const lower = wanted.toLowerCase();
  for (const name of names) if (name.toLowerCase() === lower) return name;
  return undefined;
}

/** A property's path as the schema writes it; undefined when the type has no such property. */
export const propertyPath = (schema: EntitySchema, path: string): string | undefined =>
  Object.hasOwn(schema.properties, path) ? path : nameAmong(Object.keys(schema.properties), path);

/** OData's own words for a property nobody declared. */
export function unknownProperty(schema: EntitySchema, path: string): string {
  return `Could not find a property named '${path}' on type '${schema.name}'.`;
}

/** Reads `a/b/c`, in any letter case, out of an entity; anything missing on the way is null. */
export function valueAt(entity: unknown, path: readonly string[]): unknown {
  let value = entity;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return null;
    const name = Object.hasOwn(value, step) ? step : nameAmong(Object.keys(value), step);
    value = name === undefined ? null : Reflect.get(value, name);
  }
  return value;
}
