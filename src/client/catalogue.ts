import { snakeCase } from "../contract/field-name.ts";
import type { HttpMethod } from "../contract/http-method.ts";
import type { Answer, WorkerCall } from "./requests.ts";
import { segment } from "./url-text.ts";

/** What the client knows of an operation: where it is served, and what of its input is the body. */
export interface CatalogueEntry {
  /** Method and path with the fields of the input in braces; `{connection}` is the connection's own path. */
  routes: readonly string[];
  /** One field, whole; or `rest`: all that is not in the path. */
  body?: string;
}

/** Asks for an operation. */
export type Call = <Data>(
  entry: CatalogueEntry,
  input: Readonly<Record<string, unknown>>,
) => Promise<Answer<Data>>;

/** A long-running operation that is under way: `operation(id)` asks how far it is. */
export interface RunningOperation {
  operation: string;
  /** Microsoft's own word. */
  status: string;
  /** 0–100. */
  percent_complete?: number;
  /** Seconds to wait before asking. */
  retry_after?: number;
}

/** Tells an operation under way from the result of one that is over. */
export const isRunning = (data: unknown): data is RunningOperation =>
  typeof data === "object" &&
  data !== null &&
  "operation" in data &&
  typeof data.operation === "string" &&
  !("id" in data);

const field = /\{(\w+)\}/g;

/**
 * The HTTP request of an operation: of several routes the one with most of the given fields in its path.
 *
 * @param connectionPath the path of the connection the request is about, where there is one
 */
export function requestOf(
  { routes, body }: CatalogueEntry,
  input: Readonly<Record<string, unknown>>,
  connectionPath = "",
): WorkerCall {
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const has = (name: string) => name === "connection" || given.some(([known]) => known === name);
  const route =
    routes
      .filter((candidate) => namesIn(candidate).every(has))
      .toSorted((one, other) => namesIn(other).length - namesIn(one).length)[0] ??
    routes[0] ??
    "";
  const space = route.indexOf(" ");
  const inPath = new Set(namesIn(route));
  const path = route
    .slice(space + 1)
    .replaceAll(field, (_, name: string) =>
      name === "connection" ? connectionPath : segment(name, String(input[name])),
    );
  const rest = given.filter(([name]) => !inPath.has(name) && name !== body);
  const named = Object.fromEntries(rest.map(([name, value]) => [snakeCase(name), value]));
  return {
    method: route.slice(0, space) as HttpMethod,
    path,
    ...(body === "rest" ? { body: named } : { query: named as NonNullable<WorkerCall["query"]> }),
    ...(body !== undefined && body !== "rest" && { body: input[body] }),
  };
}

const namesIn = (route: string): string[] =>
  [...route.matchAll(field)].map(([, name = ""]) => name);
