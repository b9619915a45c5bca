import * as z from "zod";
import type { Content, DocumentedRoute } from "../api/document.ts";
import { connectionFields } from "../api/fields.ts";
import { neededFor, type Needs, type Operation, type OperationRoute } from "../api/operation.ts";
import { snakeCase } from "../contract/field-name.ts";
import { dataSchema, eventsSchema, listSchema, runningSchema } from "./answer-schemas.ts";
import { isOwn, placeOf, queryFields } from "./http-input.ts";

/** What the document says of a route of an operation. */
export function documentedOperation(operation: Operation, route: OperationRoute): DocumentedRoute {
  const { summary, tag, scope, input } = operation;
  // A field in the path is always given.
  const needed = neededFor(
    operation,
    Object.fromEntries([...route.params.values()].map((field) => [field, ""])),
  );
  const params = Object.fromEntries(
    [...route.params].map(([inPath, field]) => [
      inPath,
      isOwn(operation, route, inPath) ? connectionParam : (input[field] ?? z.string()),
    ]),
  );
  const query = Object.fromEntries(
    Object.entries(queryFields(operation)).map(([field, type]) => [snakeCase(field), type]),
  );
  const body = bodyOf(operation, route);
  return {
    method: route.method,
    path: route.path,
    operationId: operationIdOf(operation, route),
    summary,
    tag,
    scope,
    needs: needed && needsText(needed),
    params,
    query: { ...query, ...(placeOf(operation, route) === "query" && connectionFields) },
    ...(body !== undefined && {
      body: { required: !body.safeParse({}).success, content: { "application/json": body } },
    }),
    answers: answersOf(operation),
  };
}

function bodyOf({ body, input }: Operation, { params }: OperationRoute): z.ZodType | undefined {
  if (body === undefined) return undefined;
  if (body !== "rest") return input[body];
  const inPath = new Set(params.values());
  const members = Object.entries(input).filter(([field]) => !inPath.has(field));
  return z.strictObject(
    Object.fromEntries(members.map(([field, type]) => [snakeCase(field), type])),
  );
}

const connectionParam = z
  .string()
  .min(1)
  .max(256)
  .meta({ description: "The connection's id, such as user:42." });

/** Unique in the document, though an operation has several routes. */
const operationIdOf = (
  { name, route: routes }: Operation,
  { path, params }: OperationRoute,
): string => {
  const [first = ""] = typeof routes === "string" ? [routes] : routes;
  const by = [...params.keys()].at(-1) ?? "";
  return first.endsWith(` ${path}`) ? name : `${name}By${by.charAt(0).toUpperCase()}${by.slice(1)}`;
};

/** What Microsoft has to allow, in a phrase: `Mail.Read`, or a role. */
const needsText = (needs: Needs): string =>
  "role" in needs ? `role ${needs.role}` : needs.delegated[0];

function answersOf({ form, data, answer }: Operation): DocumentedRoute["answers"] {
  const json = (schema: z.ZodType): Content => ({ "application/json": schema });
  switch (form) {
    case "item":
      return { 200: { description: answer, content: json(dataSchema(data)) } };
    case "list":
      return { 200: { description: answer, content: json(listSchema(data)) } };
    case "events":
      return { 200: { description: answer, content: json(eventsSchema(data)) } };
    case "created":
      return {
        201: { description: answer, content: json(dataSchema(data)) },
        202: { description: "The same, while it is pending.", content: json(dataSchema(data)) },
      };
    case "accepted":
      return { 202: { description: answer, content: json(dataSchema(data)) } };
    case "progress": {
      const result = data instanceof z.ZodUndefined ? z.null() : data;
      return {
        200: { description: answer, content: json(dataSchema(result)) },
        202: { description: "Azure is at work on it.", content: json(dataSchema(runningSchema)) },
      };
    }
  }
}
