import * as z from "zod";
import type { Content, DocumentedRoute } from "../api/document.ts";
import { connectionFields } from "../api/fields.ts";
import type { Fields } from "../api/operation.ts";
import type { HttpMethod } from "../contract/http-method.ts";
import type { Scope } from "../contract/scope.ts";
import { limitBody } from "./body.ts";
import { withConfig, type Context, type Middleware } from "./context.ts";
import { parseInput } from "../operations/failures.ts";
import { navigationOnly } from "./navigation.ts";
import { readableUrl } from "./readable-url.ts";
import { requires } from "./require.ts";
import type { Router } from "./router.ts";

/** One hand-written route: who may call it, what it takes, what it answers. The document is made from it. */
export interface Route<Query extends Fields> {
  method: HttpMethod;
  /** `/files/content`. */
  path: string;
  summary: string;
  tag: string;
  /** What the caller needs at least; `open`: nothing. */
  scope: Scope | "open";
  /** Where the connection is named; absent: the route is of none. */
  connection?: "query";
  query?: Query;
  /** Query parameters beyond `query` are let through: Microsoft adds its own to callbacks. */
  openQuery?: true;
  /** A GET that changes something: never done for a HEAD, or for a browser that fetches ahead. */
  changes?: true;
  /** A body is handed to the handler as it streams in. */
  bodyContent?: Content;
  /** Answers below 400 by status: JSON of this schema unless a content says otherwise. */
  answers: Readonly<Record<number, { description: string; data?: z.ZodType; content?: Content }>>;
  /** Instead of the usual check of credential and owner. */
  access?: Middleware;
}

/** The input of a route, as its schemas made it. */
interface Input<Query extends Fields> {
  query: { [Name in keyof Query]: z.output<Query[Name]> };
}

type Handler<Query extends Fields> = (
  c: Context,
  input: Input<Query>,
) => Response | Promise<Response>;

/** Adds a hand-written route to the router and to the document. */
export function register<Query extends Fields = {}>(
  router: Router,
  route: Route<Query>,
  handler: Handler<Query>,
): void {
  const { method, path, connection } = route;
  const query = { ...route.query, ...(connection === "query" && connectionFields) };
  const querySchema = route.openQuery ? z.object(query) : z.strictObject(query);
  router.app.on(
    method,
    [honoPath(path)],
    ...guardsOf({ ...route, access: accessOf(route) }),
    async (c) =>
      handler(c, {
        // Made by the very schemas of the route.
        query: parseInput(querySchema, c.req.query()) as Input<Query>["query"],
      }),
  );
  router.documented.push(() => documented(route, query));
}

/** `/mail/{id}` as Hono writes it. */
export const honoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/** The pattern of the route, for the log line. */
export const named =
  (path: string): Middleware =>
  async (c, next) => {
    c.set("route", path);
    await next();
  };

interface Guards {
  path: string;
  /** The check of credential and owner; absent: anybody may ask. */
  access?: Middleware | undefined;
  openQuery?: true | undefined;
  changes?: true | undefined;
  /** It takes a body of JSON. */
  json?: boolean;
}

/** What every route does before its handler, in this order. */
export const guardsOf = ({ path, access, openQuery, changes, json }: Guards): Middleware[] => [
  named(path),
  withConfig,
  // Of Microsoft's own parameters not all are ours to judge.
  ...(openQuery ? [] : [readableUrl(path)]),
  ...(access === undefined ? [] : [access]),
  ...(changes ? [navigationOnly] : []),
  ...(json ? [limitBody] : []),
];

function accessOf({
  scope,
  connection,
  access,
}: Pick<Route<Fields>, "scope" | "connection" | "access">): Middleware | undefined {
  if (access !== undefined) return access;
  return scope === "open" ? undefined : requires({ scope: () => scope, connection });
}

function documented(route: Route<Fields>, query: Fields): DocumentedRoute {
  const { method, path, summary, tag, scope, bodyContent: content } = route;
  return {
    method,
    path,
    summary,
    tag,
    scope,
    query,
    ...(content !== undefined && { body: { required: true, content } }),
    answers: Object.fromEntries(
      Object.entries(route.answers).map(([status, { description, data, content: other }]) => [
        status,
        { description, content: other ?? (data && { "application/json": data }) },
      ]),
    ),
  };
}
