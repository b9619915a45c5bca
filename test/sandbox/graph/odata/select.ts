import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";
import { nameAmong, propertyPath, unknownProperty } from "./schema.ts";
import type { EntitySchema } from "./schema.ts";

/** A relationship may be selected: that alone brings nothing. */
const navigationOf = (schema: EntitySchema, name: string): string | undefined =>
  nameAmong(Object.keys(schema.navigations ?? {}), name);

/** Parses $select. Error: OData's sentence about a property the type lacks. */
export function parseSelect(text: string, schema: EntitySchema): Result<string[], string> {
  const names: string[] = [];
  for (const part of text.split(",")) {
    const name = part.trim();
    if (name === "") continue;
    const known = name === "*" ? name : (propertyPath(schema, name) ?? navigationOf(schema, name));
    if (known === undefined)
      return err(`Parsing OData Select and Expand failed: ${unknownProperty(schema, name)}`);
    names.push(known);
  }
  return ok(names);
}

/**
 * The chosen properties of an entity, in the entity's own order. Annotations (`@odata.etag`)
 * always stay; `always` names what the service returns asked or not.
 */
export function project(
  entity: Readonly<Record<string, unknown>>,
  names: readonly string[] | undefined,
  always: readonly string[] = [],
): Record<string, unknown> {
  if (names === undefined || names.includes("*")) return { ...entity };
  const paths = [...names, ...always].map((name) => name.split("/"));
  return Object.fromEntries(
    Object.entries(entity).flatMap(([name, value]) => {
      const below = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
      if (name.startsWith("@") || below.some((rest) => rest.length === 0)) return [[name, value]];
      return below.length === 0 ? [] : [[name, projectInner(value, below)]];
    }),
  );
}

/** What paths choose of a complex value, or of each value of a collection. */
function projectInner(value: unknown, paths: readonly string[][]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => projectInner(item, paths));
  if (typeof value !== "object" || value === null) return value;
  return project(
    { ...value },
    paths.map((path) => path.join("/")),
  );
}
