import { connectionFields } from "../api/fields.ts";
import {
  inputSchema,
  routesOf,
  type Fields,
  type Operation,
  type OperationRoute,
} from "../api/operation.ts";
import { camelCase, snakeCase } from "../contract/field-name.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import { parseInput, unknownField } from "../operations/failures.ts";

/** Reads the input of an operation from the parts of an HTTP request. */

/** Where the route says which connection it is about. */
export const placeOf = ({ on }: Operation, { path }: OperationRoute) =>
  on === "service" ? undefined : path.startsWith("/connections/{id}") ? "path" : "query";

/** `{id}` names the connection itself, not a field of the input. */
export const isOwn = (operation: Operation, route: OperationRoute, name: string): boolean =>
  name === "id" && placeOf(operation, route) === "path";

/** Fields of the input that are in a query: those that no route of the operation has in its path. */
export function queryFields(operation: Operation): Fields {
  const { input, body } = operation;
  if (body === "rest") return {};
  const inPath = new Set(routesOf(operation).flatMap(({ params }) => [...params.values()]));
  return Object.fromEntries(
    Object.entries(input).filter(([name]) => name !== body && !inPath.has(name)),
  );
}

/** The parts of a request that hold input. */
export interface RequestParts {
  params: Readonly<Record<string, string>>;
  /** Each parameter came once. */
  query: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined when there is none. */
  body: unknown;
}

/**
 * The input that a request holds, read by the schema of the operation. How it says whose connection it
 * means was read before, and is no part of it.
 *
 * @throws AzureError `invalid_request` naming the field as its sender wrote it
 */
export function readInput(
  operation: Operation,
  route: OperationRoute,
  { params, query, body: sent = {} }: RequestParts,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, field] of route.params) {
    if (!isOwn(operation, route, name)) input[field] = params[name];
  }
  const known = queryFields(operation);
  const own = placeOf(operation, route) === "query" ? connectionFields : {};
  for (const [name, value] of Object.entries(query)) {
    if (Object.hasOwn(own, name)) continue;
    const field = fieldOf(name, operation);
    // Another place of the request holds it.
    if (Object.hasOwn(operation.input, field) && !Object.hasOwn(known, field)) {
      throw new AzureError(unknownField(name));
    }
    input[field] = value;
  }
  const { body } = operation;
  if (body === "rest") Object.assign(input, restOf(sent, operation));
  else if (body !== undefined) input[body] = sent;
  return parseInput(inputSchema(operation), input, (path) => sentName(path, operation, route));
}

/** The field that a name in a query or body stands for; what stands for none is left to the schema. */
function fieldOf(name: string, { input }: Operation): string {
  const field = camelCase(name);
  if (snakeCase(field) === name) return Object.hasOwn(input, field) ? field : name;
  if (Object.hasOwn(input, name)) throw new AzureError(unknownField(name));
  return name;
}

/** The members of a body as fields of the input. */
function restOf(body: unknown, operation: Operation): Record<string, unknown> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new AzureError(invalidField("body", "must be a JSON object"));
  }
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [fieldOf(name, operation), value]),
  );
}

/** How the sender of a request calls what the work of the operation refuses. */
export const namesSent =
  (operation: Operation, route: OperationRoute) =>
  (field: string): string =>
    sentName(field.split("."), operation, route);

/** The name under which a field came: in snake case, and within the body without the body's own name. */
function sentName(
  [first, ...rest]: readonly PropertyKey[],
  { body, input }: Operation,
  { params }: OperationRoute,
): string {
  const inPath = [...params].find(([, field]) => field === first)?.[0];
  const known = inPath ?? (Object.hasOwn(input, String(first)) ? snakeCase(String(first)) : first);
  const path = first === body ? rest : [known, ...rest].filter((part) => part !== undefined);
  return path.length === 0 ? "body" : path.join(".");
}
