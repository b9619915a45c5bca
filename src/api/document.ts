import { defined } from "../contract/defined.ts";
import * as z from "zod";
import { errorReasons } from "../contract/error-reason.ts";
import { errorStatuses, type ErrorCode } from "../contract/errors.ts";
import { remedySchema } from "../contract/remedy-schema.ts";
import type { Scope } from "../contract/scope.ts";
import type { Fields } from "./operation.ts";

/** The OpenAPI document. It is made when the project is built, never in the Worker. */

/** Media types, and what stands in them; bytes have no schema. */
export type Content = Readonly<Record<string, z.ZodType | undefined>>;

/** One route as the document describes it. */
export interface DocumentedRoute {
  method: string;
  /** `/mail/{id}`. */
  path: string;
  operationId?: string;
  summary: string;
  tag: string;
  /** What the caller needs at least; `open`: nothing. */
  scope: Scope | "open";
  /** What Microsoft has to allow, in a phrase. */
  needs?: string | undefined;
  params?: Fields;
  query?: Fields;
  headers?: Fields;
  body?: { required: boolean; content: Content };
  /** By status, a range such as `2XX`, or `default`, which is our own error where it is not named. */
  answers: Readonly<Record<string, { description: string; content?: Content | undefined }>>;
  /** It answers no error. */
  cannotFail?: true;
}

const codes = Object.keys(errorStatuses) as [ErrorCode, ...ErrorCode[]];

/** The JSON of every error of ours. */
export const errorSchema = z
  .object({
    success: z.literal(false),
    error: z.string(),
    code: z.enum(codes),
    request_id: z.string().optional(),
    retry_after: z.number().optional().meta({ description: "Seconds." }),
    remedy: remedySchema.optional(),
    details: z.looseObject({ reason: z.enum(errorReasons).optional() }).optional(),
  })
  .meta({ id: "Error" });

interface Info {
  title: string;
  version: string;
  description: string;
}

type Json = Record<string, unknown>;

/** Writes the document of these routes: OpenAPI 3.1. */
export function documentOf(routes: readonly DocumentedRoute[], info: Info): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const methods = (paths[route.path] ??= {});
    methods[route.method.toLowerCase()] = operationOf(route, components);
  }
  return {
    openapi: "3.1.0",
    info,
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description:
            "An API key (azk_…), a session token, or a token of the host application's own.",
        },
      },
    },
  };
}

function operationOf(route: DocumentedRoute, components: Json): Json {
  const { operationId, summary, tag, scope, needs, body, answers } = route;
  const schema = (type: z.ZodType, io: "input" | "output") => schemaOf(type, io, components);
  const contentOf = (content: Content, io: "input" | "output"): Json =>
    Object.fromEntries(
      Object.entries(content).map(([type, held]) => [
        type,
        { schema: held === undefined ? { type: "string", format: "binary" } : schema(held, io) },
      ]),
    );
  const parameters = (["path", "query", "header"] as const).flatMap((place) =>
    Object.entries(fieldsIn(route, place)).map(([name, field]) => {
      const { description, ...rest } = schema(field, "input");
      return {
        name,
        in: place,
        required: place === "path" || !field.safeParse(undefined).success,
        ...defined({ description }),
        schema: field instanceof z.ZodDefault ? { ...rest, default: field.def.defaultValue } : rest,
      };
    }),
  );
  const responses = Object.fromEntries(
    Object.entries(answers).map(([status, { description, content }]) => [
      status,
      { description, ...defined({ content: content && contentOf(content, "output") }) },
    ]),
  );
  return {
    ...defined({ operationId }),
    summary,
    tags: [tag],
    "x-scope": scope,
    ...defined({ "x-needs": needs }),
    security: scope === "open" ? [] : [{ bearer: [] }],
    parameters,
    ...defined({
      requestBody: body && { required: body.required, content: contentOf(body.content, "input") },
    }),
    responses: {
      ...(!route.cannotFail && {
        default: {
          description: "What went wrong, and what mends it.",
          content: contentOf({ "application/json": errorSchema }, "output"),
        },
      }),
      ...responses,
    },
  };
}

function fieldsIn(route: DocumentedRoute, place: "path" | "query" | "header"): Fields {
  switch (place) {
    case "path":
      return route.params ?? {};
    case "query":
      return route.query ?? {};
    case "header":
      return route.headers ?? {};
  }
}

/** A JSON Schema whose named parts are components of the document. */
function schemaOf(type: z.ZodType, io: "input" | "output", components: Json): Json {
  const {
    $schema: _,
    $defs: parts,
    ...schema
  } = z.toJSONSchema(type, {
    io,
    unrepresentable: "any",
  }) as Json & { $defs?: Json };
  for (const [name, part] of Object.entries(parts ?? {})) components[name] ??= toComponents(part);
  const { id } = schema;
  if (typeof id !== "string") return toComponents(schema);
  components[id] ??= toComponents(schema);
  return { $ref: `#/components/schemas/${id}` };
}

/** Refers to components where zod refers to its own definitions; our own marks are left out. */
function toComponents(schema: unknown): Json {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === "microsoft" ||
      (key === "id" && typeof value === "string" && !value.includes(" ") && isName(value))
        ? undefined
        : value,
    ).replaceAll("#/$defs/", "#/components/schemas/"),
  ) as Json;
}

const isName = (text: string): boolean => /^[A-Z]\w+$/.test(text);
