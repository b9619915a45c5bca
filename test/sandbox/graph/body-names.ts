import * as z from "zod";
import { nameAmong } from "./odata/schema.ts";
import { badRequest } from "./query.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a schema wraps: optional, nullable, with a default, or turned into something else. */
function unwrapped(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  )
    return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe)
    return unwrapped(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  return schema;
}

/**
 * A body with its properties named as the schema names them: Graph takes any letter case, and the
 * metadata write the parameters of actions in another one (`Message`, `SaveToSentItems`) than the
 * examples do. Names that the schema lacks stay. Throws 400 for a property named twice.
 */
export function withSchemaNames(schema: unknown, value: unknown): unknown {
  const shape = unwrapped(schema);
  if (shape instanceof z.ZodArray && Array.isArray(value))
    return value.map((item: unknown) => withSchemaNames(shape.element, item));
  if (!(shape instanceof z.ZodObject) || !isRecord(value)) return value;
  const properties: Readonly<Record<string, unknown>> = shape.shape;
  const named = new Map<string, unknown>();
  for (const [given, member] of Object.entries(value)) {
    const known = nameAmong(Object.keys(properties), given);
    // OData's control information (`toRecipients@odata.type`) says nothing that has to be kept.
    if (known === undefined && given.includes("@odata.")) continue;
    const name = known ?? given;
    if (named.has(name))
      throw badRequest(
        `Multiple properties with the name '${name}' were found in the payload; duplicate property names are not allowed.`,
        "RequestBodyRead",
      );
    named.set(name, withSchemaNames(properties[name], member));
  }
  return Object.fromEntries(named);
}

/** Parses a body whose property names may be in any letter case. */
export const parseBody = <Schema extends z.ZodType>(schema: Schema, value: unknown) =>
  schema.safeParse(withSchemaNames(schema, value));
