/** A JSON document; schemas are parts of one. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keywords that say what a value looks like; all others are prose or a generator's. */
const shape = new Set([
  "$ref",
  "type",
  "format",
  "enum",
  "pattern",
  "items",
  "properties",
  "additionalProperties",
  "required",
  "anyOf",
  "oneOf",
  "allOf",
]);

/** A schema without its prose. Names of properties are no keywords. */
export function shapeOf(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => shape.has(keyword));
  return Object.fromEntries(
    kept.map(([keyword, value]) => [
      keyword,
      keyword === "properties" && isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shapeOf(one)]))
        : shapeOf(value),
    ]),
  );
}

/** Every `$ref` inside a schema. */
export function referencesIn(schema: Json): string[] {
  if (Array.isArray(schema)) return schema.flatMap(referencesIn);
  if (!isObject(schema)) return [];
  return Object.entries(schema).flatMap(([keyword, value]) =>
    keyword === "$ref" && typeof value === "string" ? [value] : referencesIn(value),
  );
}
