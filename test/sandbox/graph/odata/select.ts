import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";
import { propertyPath, unknownProperty } from "./schema.ts";
import type { EntitySchema } from "./schema.ts";

/** Parses $select. Error: OData's sentence about a property the type lacks. */
export function parseSelect(text: string, schema: EntitySchema): Result<string[], string> {
  const names: string[] = [];
  for (const part of text.split(",")) {
    const name = part.trim();
    if (name === "") continue;
    const known = name === "*" ? name : propertyPath(schema, name);
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
  const kept = new Set([...names, ...always]);
  return Object.fromEntries(
    Object.entries(entity).filter(([name]) => name.startsWith("@") || kept.has(name)),
  );
}
