import { isObject, referencesIn, shapeOf } from "./schema.ts";
import type { Json, JsonObject } from "./schema.ts";

/** The entities that the sandbox's Graph answers with. */
const entityTypes = [
  "user",
  "message",
  "fileAttachment",
  "mailFolder",
  "messageRule",
  "outlookCategory",
  "mailboxSettings",
  "contact",
  "contactFolder",
  "calendar",
  "event",
  "directoryObject",
  "group",
  "profilePhoto",
  "presence",
  "todoTaskList",
  "todoTask",
  "drive",
  "driveItem",
  "subscription",
] as const;

const PREFIX = "microsoft.graph.";
const nameIn = (reference: string) => reference.slice(reference.lastIndexOf("/") + 1);

/** Complex types that have an id as entities have one: they name something that is elsewhere. */
const namingTypes = new Set([`${PREFIX}identity`, `${PREFIX}itemReference`]);

/** Whether a property of this type is a relationship: its value has an id and a path of its own. */
function isEntity(name: string, schema: Json | undefined): boolean {
  if (namingTypes.has(name) || !isObject(schema)) return false;
  return isObject(schema["properties"]) && "id" in schema["properties"];
}

/**
 * Schemas of the entities, with the complex types and enumerations they are made of; without
 * relationships and without the entities derived from one.
 *
 * @param document Graph's OpenAPI description
 */
export function graphTypes(document: JsonObject): JsonObject {
  const { components } = document;
  const schemas = isObject(components) ? components["schemas"] : undefined;
  if (!isObject(schemas)) throw new RangeError("the description has no components.schemas");
  const kept = new Map<string, Json>();
  const wanted = ["error", ...entityTypes.map((name) => `${PREFIX}${name}`)];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (kept.has(name)) continue;
    const schema = schemas[name];
    if (!isObject(schema)) throw new RangeError(`the description has no schema ${name}`);
    const cut = shapeOf(isEntity(name, schema) ? ofEntity(schema, schemas) : schema);
    kept.set(name, cut);
    wanted.push(...referencesIn(cut).map(nameIn));
  }
  return Object.fromEntries([...kept].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function ofEntity(
  { anyOf: _derived, properties = {}, ...schema }: JsonObject,
  schemas: JsonObject,
): JsonObject {
  if (!isObject(properties)) throw new RangeError("an entity's properties are no object");
  const own = Object.entries(properties).filter(
    ([name, property]) =>
      !name.includes("@") &&
      !referencesIn(property)
        .map(nameIn)
        .some((target) => isEntity(target, schemas[target])),
  );
  return { ...schema, properties: Object.fromEntries(own) };
}
