import { invalidField, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";

/** A JSON object of which nothing is known yet: read it property by property. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value if it is a JSON object, otherwise one without properties. */
export const recordOf = (value: unknown): JsonRecord => (isRecord(value) ? value : {});

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/**
 * Whether a document is an error and nothing else (OData JSON 4.01 §21.1, which ARM follows): under a
 * good status, where gateways and some providers send it, it is no item.
 */
export const isErrorDocument = (body: unknown): boolean =>
  isRecord(body) && isRecord(body["error"]) && Object.keys(body).length === 1;

/**
 * The deepest nesting that is read or written. Parsing has no limit of its own, but cloning, RPC and
 * in most runtimes writing JSON recurse, and run out of stack after a few thousand levels.
 * Microsoft's documents have dozens.
 */
const deepest = 500;

/** @returns the value, or undefined for what is no JSON or nests deeper than 500 levels */
export function parseJson(text: string): unknown {
  const value = jsonIn(text);
  return nestsWithin(value, deepest) ? value : undefined;
}

/**
 * For a document of which single properties are read and that is never passed on whole: one property
 * that nests too deep does not void the others.
 *
 * @returns the JSON object in `text`; undefined for HTML, nothing, or any other JSON
 */
export function parseJsonObject(text: string): JsonRecord | undefined {
  const value = jsonIn(text);
  return isRecord(value) ? value : undefined;
}

/** For a reader that limits nesting itself. @returns undefined for what is no JSON */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether objects and lists stand in one another that many times at most. */
export function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => nestsWithin(inner, levels - 1));
}

/**
 * Writes a caller's value as JSON.
 *
 * @param field how the caller calls the value; the error names it
 * @returns the text; or `invalid_request` for a cycle, a BigInt, a function, or more than 500 levels
 */
export function writeJson(value: unknown, field: string): Result<string, Failure> {
  const text = nestsWithin(value, deepest) ? textFor(value) : undefined;
  return text === undefined ? err(invalidField(field, "cannot be written as JSON")) : ok(text);
}

/** JSON has no word for a function, and throws at a BigInt. */
function textFor(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
