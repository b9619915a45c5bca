import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import types from "../specs/graph-types.json" with { type: "json" };

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
}

const schemas = types as Record<string, Schema>;
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
addFormats(ajv);
// A name of Microsoft's for an integer's width; the range is not checked.
ajv.addFormat("int16", true);
// OData's time of a day has no zone, that of JSON Schema has one.
ajv.addFormat("time", /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,12})?$/);
ajv.addSchema({ components: { schemas }, $id: "https://specs/graph" });

/** A schema with the alternatives it is made of, references followed. */
function parts(schema: Schema): Schema[] {
  const name = schema.$ref?.split("/").at(-1);
  const target = name === undefined ? undefined : schemas[name];
  const inner = [...(target ? [target] : []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  return [schema, ...inner.flatMap(parts)];
}

/** Paths of what a value holds that the schema does not know; annotations aside. */
function strangers(value: unknown, schema: Schema, path = ""): string[] {
  const known = parts(schema);
  if (Array.isArray(value)) {
    const items = known.find((part) => part.items !== undefined)?.items;
    return items ? value.flatMap((item, index) => strangers(item, items, `${path}/${index}`)) : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name.includes("@")) return [];
    const inner = known.find((part) => part.properties?.[name] !== undefined)?.properties?.[name];
    return inner === undefined ? [`${path}/${name}`] : strangers(member, inner, `${path}/${name}`);
  });
}

const schemaOf = (type: string): { $ref: string } => ({
  $ref: `#/components/schemas/${type === "error" ? type : `microsoft.graph.${type}`}`,
});

/** What Microsoft's description of a type refuses in a value. */
export function refusalsOf(type: string, value: unknown): string[] {
  const validate = ajv.compile({ $ref: `https://specs/graph${schemaOf(type).$ref}` });
  validate(value);
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
}

/**
 * Where values are not what Microsoft's description says of their type, each difference once.
 *
 * @param type without namespace: `message`
 */
export function problemsOf(type: string, entities: readonly unknown[]): string[] {
  const problems = entities.flatMap((entity) => [
    ...refusalsOf(type, entity),
    ...strangers(entity, schemaOf(type)).map((stranger) => `${stranger} is unknown`),
  ]);
  return [...new Set(problems)];
}
