import { createRoute, type OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod";
import { requires, type ConnectionPlace } from "./require.ts";
import type { Scope } from "../contract/scope.ts";
import { AzureError, errorStatuses, failure, type ErrorCode } from "../contract/errors.ts";
import { remedySchema } from "../contract/remedy.ts";
import { withConfig, type App, type Context, type Middleware } from "./context.ts";
import { connectionFields } from "../routes/fields.ts";
import { navigationOnly } from "./navigation.ts";
import { readableUrl } from "./readable-url.ts";

type Shape = Readonly<Record<string, z.ZodType>>;
type Method = "get" | "post" | "put" | "patch" | "delete";

/** A media type, and what stands in it; bytes have no schema. */
export interface Content {
  type: string;
  schema?: z.ZodType;
}

/** One route: who may call it, what it takes, what it answers. The document is made from it. */
export interface Route<Params extends Shape, Query extends Shape, Body extends z.ZodType> {
  method: Method;
  /** `/mail/{id}`. */
  path: string;
  summary: string;
  tag: string;
  /** What the caller needs at least; `open`: nothing. */
  scope: Scope | "open";
  /** Where the connection is named; absent: the route is of none. */
  connection?: Exclude<ConnectionPlace, "header">;
  params?: Params;
  query?: Query;
  /** Query parameters beyond `query` are let through: Microsoft adds its own to callbacks. */
  openQuery?: true;
  body?: Body;
  /** A body that is not JSON is handed to the handler as it streams in. */
  bodyContent?: Content;
  /** Answers below 400 by status: JSON of this schema unless a content says otherwise. */
  answers: Readonly<Record<number, { description: string; data?: z.ZodType; content?: Content }>>;
  /** A GET that changes something: never done for a HEAD, or for a browser that fetches ahead. */
  changes?: true;
  /** Instead of the usual check of credential and owner. */
  access?: Middleware;
}

/** The input of a route, as its schemas made it. */
export interface Input<Params extends Shape, Query extends Shape, Body extends z.ZodType> {
  params: Resolved<Params>;
  query: Resolved<Query>;
  body: z.output<Body>;
}
type Resolved<Fields extends Shape> = { [Name in keyof Fields]: z.output<Fields[Name]> };

export type Handler<Params extends Shape, Query extends Shape, Body extends z.ZodType> = (
  c: Context,
  input: Input<Params, Query, Body>,
) => Response | Promise<Response>;

export type Router = OpenAPIHono<App>;

/** JSON bodies beyond this are refused before they are read: Graph's own limit, and room for base64. */
const maxJsonBytes = 5 * 1024 * 1024;

const limitBody = bodyLimit({
  maxSize: maxJsonBytes,
  onError: () => {
    throw new AzureError(
      failure("payload_too_large", `The body exceeds ${maxJsonBytes} bytes.`, {
        details: { field: "body" },
      }),
    );
  },
});

export const errorSchema = z
  .object({
    success: z.literal(false),
    error: z.string(),
    code: z.enum(Object.keys(errorStatuses) as [ErrorCode, ...ErrorCode[]]),
    request_id: z.string().optional(),
    retry_after: z.number().optional(),
    remedy: remedySchema.optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: "Error" });

export const errorAnswer = {
  description: "What went wrong, and what mends it.",
  content: { "application/json": { schema: errorSchema } },
};

/** Adds a route to the router and to the document. */
export function register<
  Params extends Shape = {},
  Query extends Shape = {},
  Body extends z.ZodType = z.ZodUndefined,
>(router: Router, route: Route<Params, Query, Body>, handler: Handler<Params, Query, Body>): void {
  const { method, path, scope, connection, body } = route;
  const query = { ...route.query, ...(connection === "query" && connectionFields) };
  const definition = createRoute({
    method,
    path,
    summary: route.summary,
    tags: [route.tag],
    security: scope === "open" ? [] : [{ bearer: [] }],
    "x-scope": scope,
    request: {
      params: z.object(route.params ?? {}),
      query: route.openQuery ? z.object(query) : z.strictObject(query),
      ...(body !== undefined && { body: jsonBody(body) }),
      ...(route.bodyContent !== undefined && { body: { content: content(route.bodyContent) } }),
    },
    responses: answersOf(route),
    middleware: [
      named(path),
      withConfig,
      // Of Microsoft's own parameters not all are ours to judge.
      ...(route.openQuery ? [] : [readableUrl(path)]),
      ...accessOf(route),
      ...(route.changes ? [navigationOnly] : []),
      ...(body === undefined ? [] : [limitBody]),
    ],
  });
  router.openapi(definition, (c) =>
    handler(c, {
      // The validators of this definition have parsed these with the very schemas of the route.
      params: c.req.valid("param") as Resolved<Params>,
      query: c.req.valid("query") as Resolved<Query>,
      body: (body === undefined ? undefined : c.req.valid("json" as never)) as z.output<Body>,
    }),
  );
}

/** The pattern of the route, for the log line. */
const named =
  (path: string): Middleware =>
  async (c, next) => {
    c.set("route", path);
    await next();
  };

function accessOf<Params extends Shape, Query extends Shape, Body extends z.ZodType>({
  scope,
  connection,
  access,
}: Route<Params, Query, Body>): Middleware[] {
  if (access !== undefined) return [access];
  return scope === "open" ? [] : [requires({ scope: () => scope, connection })];
}

const jsonBody = (schema: z.ZodType) => ({
  required: !schema.safeParse({}).success,
  content: { "application/json": { schema } },
});

const content = ({ type, schema = z.string().meta({ format: "binary" }) }: Content) => ({
  [type]: { schema },
});

function answersOf<Params extends Shape, Query extends Shape, Body extends z.ZodType>(
  route: Route<Params, Query, Body>,
): RouteConfig["responses"] {
  const answers = Object.entries(route.answers).map(
    ([status, { description, data, content: other }]) => {
      const described = other ?? (data && { type: "application/json", schema: data });
      return [status, { description, ...(described && { content: content(described) }) }];
    },
  );
  return { ...Object.fromEntries(answers), default: errorAnswer };
}
