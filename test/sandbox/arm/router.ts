import type { Caller, World } from "../world.ts";
import type { Answer } from "./answer.ts";
import type { ArmState } from "./state.ts";

export const methods = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"] as const;
export type Method = (typeof methods)[number];

/** One request on its way through a handler. */
export interface Call<Parameter extends string = never> {
  world: World;
  state: ArmState;
  request: Request;
  /** The request's own path and query. */
  url: URL;
  /** Origin and prefix for absolute links. */
  base: string;
  caller: Caller;
  apiVersion: string;
  /** Asks ARM something more, as the same caller: what a deployment does with each resource. */
  send: Send;
  params: Record<Parameter, string>;
}

export type Send = (request: {
  method: Method;
  /** Decoded. */
  path: string;
  apiVersion: string;
  body?: unknown;
}) => Promise<Answer>;

export type Handler<Parameter extends string> = (call: Call<Parameter>) => Answer | Promise<Answer>;

/** The names in braces of a pattern. */
type ParameterOf<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `*${infer Tail}` ? Tail : Name) | ParameterOf<Rest>
  : never;

type Params = Partial<Record<string, string>>;

interface RouteFacts {
  /** Resource type the route is about, for the names of RBAC actions. */
  type: string | ((params: Params) => string);
  /** The RBAC action, where it does not follow from type and method. */
  action?: string;
  /** Who checks the api-version: ARM against its own list, or the handler against its type's. */
  versions: "gateway" | "handler";
  /** Whether it takes a role: true where absent, on paths of a subscription. */
  roleChecked?: boolean;
}

export interface Match extends RouteFacts {
  type: string;
  params: Params;
  allowed: readonly Method[];
  /** Undefined when the route does not know the method. */
  run: ((call: Call) => Answer | Promise<Answer>) | undefined;
}

export type Route = (segments: readonly string[], method: string) => Match | undefined;

/**
 * A route by its pattern: literal segments match without regard to case, `{name}` takes one
 * segment, `{*name}` takes one or more.
 */
export function route<Pattern extends string>(
  pattern: Pattern,
  facts: RouteFacts,
  handlers: Partial<Record<Method, Handler<ParameterOf<Pattern>>>>,
): Route {
  const parts = pattern.split("/").filter(Boolean);
  const allowed = methods.filter((method) => handlers[method]);
  return (segments, method) => {
    const params = matchSegments(parts, segments);
    if (!params) return undefined;
    const known = methods.find((each) => each === method);
    const handler = known && handlers[known];
    // The pattern that produced the parameters is the one their type was read from.
    const typed = params as Record<ParameterOf<Pattern>, string>;
    return {
      ...facts,
      type: typeof facts.type === "string" ? facts.type : facts.type(params),
      params,
      allowed,
      run: handler && ((call) => handler({ ...call, params: typed })),
    };
  };
}

function matchSegments(
  parts: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (part.startsWith("{*")) {
      const tail = parts.slice(index + 1);
      const end = segments.length - tail.length;
      const rest = end > index ? matchSegments(tail, segments.slice(end)) : undefined;
      return (
        rest && { ...params, ...rest, [part.slice(2, -1)]: segments.slice(index, end).join("/") }
      );
    }
    if (part.startsWith("{")) params[part.slice(1, -1)] = segment;
    else if (part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return parts.length === segments.length ? params : undefined;
}

/** A path in decoded segments; doubled and closing slashes do not count. */
export function pathSegments(pathname: string): string[] | undefined {
  try {
    return pathname.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

export function findRoute(
  routes: readonly Route[],
  segments: readonly string[],
  method: string,
): Match | undefined {
  for (const candidate of routes) {
    const match = candidate(segments, method);
    if (match) return match;
  }
  return undefined;
}
