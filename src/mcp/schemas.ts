import * as z from "zod";
import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import type { Tool } from "./tool.ts";

type JsonSchema = Record<string, unknown>;
type Side = "input" | "output";

const remembered = new WeakMap<Tool, Record<Side, StandardSchemaWithJSON>>();
const inputs = new WeakMap<Tool, z.ZodType<Record<string, unknown>>>();

/**
 * The schemas of a tool as the SDK takes them, each turned into JSON Schema once. The SDK would do
 * that anew for every request, which is most of the time a list takes.
 */
export function schemasOf(tool: Tool): Record<Side, StandardSchemaWithJSON> {
  let schemas = remembered.get(tool);
  if (schemas === undefined) {
    schemas = {
      input: described(jsonSchema(inputOf(tool), "input")),
      output: described(orError(jsonSchema(tool.output, "output"))),
    };
    remembered.set(tool, schemas);
  }
  return schemas;
}

/** What the arguments of a tool are read by; unknown ones are refused. */
export function inputOf(tool: Tool): z.ZodType<Record<string, unknown>> {
  let input = inputs.get(tool);
  if (input === undefined) {
    input = z.strictObject({ ...tool.input });
    inputs.set(tool, input);
  }
  return input;
}

/**
 * A schema that only describes: arguments are read by the tool itself, whose refusals have the form of
 * our errors, and results are made by what their schema says.
 */
function described(schema: JsonSchema): StandardSchemaWithJSON {
  return {
    "~standard": {
      version: 1,
      vendor: "azure-integration-worker",
      validate: (value) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  };
}

/**
 * A result, or the fields of an error: clients hold both against the schema, and some throw away the words
 * of what does not fit.
 */
function orError({ type, ...result }: JsonSchema): JsonSchema {
  return { type, anyOf: [result, { required: ["code"] }] };
}

/** Words that say nothing to an agent, and cost it tokens in every conversation. */
const superfluous: ReadonlySet<string> = new Set(["$schema", "minLength", "maxLength"]);

function jsonSchema(schema: z.ZodType, io: Side): JsonSchema {
  return lean(
    z.toJSONSchema(schema, {
      io,
      unrepresentable: "any",
      override: ({ jsonSchema: made }) => {
        // A result may grow a field. An argument that is unknown is refused by its name, which needs no word here.
        if (io === "output" || made.additionalProperties === false) {
          delete made.additionalProperties;
        }
        // A format says in a word what its pattern says in a hundred.
        if (made.format !== undefined) delete made.pattern;
        if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
        if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
      },
    }),
  );
}

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Without superfluous words. Properties may have any name, so their names are no words of a schema. */
function lean(schema: object, isProperties = false): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([word]) => isProperties || !superfluous.has(word))
      .map(([word, value]) => [
        word,
        isObject(value) ? lean(value, !isProperties && word === "properties") : value,
      ]),
  );
}
