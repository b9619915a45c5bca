import { armDocuments, armOperations } from "./arm-operations.ts";
import { isObject, referencesIn, shapeOf } from "./schema.ts";
import type { Json, JsonObject } from "./schema.ts";

/** `paths` and `definitions` of one swagger file. */
interface SwaggerSlice {
  paths: Record<string, Record<string, Json>>;
  definitions: Record<string, Json>;
}

function member(document: Json | undefined, ...names: string[]): JsonObject {
  let value = document;
  for (const name of names) value = isObject(value) ? value[name] : undefined;
  if (!isObject(value)) throw new RangeError(`the swagger has no ${names.join(" / ")}`);
  return value;
}

/**
 * The schemas of the answers that the tests compare, with the definitions they lead to, by file.
 *
 * @param read a swagger file by its path in the folder of API descriptions
 */
export function armTypes(read: (file: string) => Json): Record<string, SwaggerSlice> {
  const slices: Record<string, SwaggerSlice> = {};
  const sliceOf = (file: string) => (slices[file] ??= { paths: {}, definitions: {} });

  const define = (file: string, reference: string): void => {
    const [path = "", pointer = ""] = reference.split("#");
    // References climb higher than the folder; a URL stops at its root, as a validator's id does.
    const home = new URL(path, `https://specs/${file}`).pathname.slice(1);
    const name = pointer.slice(pointer.lastIndexOf("/") + 1);
    const { definitions } = sliceOf(home);
    if (Object.hasOwn(definitions, name)) return;
    const schema = shapeOf(member(read(home), "definitions", name));
    definitions[name] = schema;
    for (const inner of referencesIn(schema)) define(home, inner);
  };

  for (const { document, spec, method, status = 200 } of armOperations) {
    const file = armDocuments[document];
    const verb = method.toLowerCase();
    const answer = member(read(file), "paths", spec, verb, "responses", String(status), "schema");
    const schema = shapeOf(answer);
    const operations = (sliceOf(file).paths[spec] ??= {});
    operations[verb] = { responses: { [status]: { schema } } };
    for (const reference of referencesIn(schema)) define(file, reference);
  }
  for (const file of Object.values(armDocuments)) {
    define(file, "#/definitions/CloudError");
  }
  return slices;
}
