import type { Context as HonoContext, MiddlewareHandler } from "hono";
import type { Caller } from "./callers/caller.ts";
import { configOf, type Config } from "./config.ts";
import type { Environment } from "./env.ts";
import { AzureError, failure } from "./errors.ts";
import { log } from "./log.ts";

export interface App {
  Bindings: Environment;
  Variables: {
    /** GUID; goes to Microsoft as `client-request-id`. */
    requestId: string;
    /** The pattern that answers, for the log. */
    route: string;
    config: Config;
    /** Set on every route with a scope. */
    caller: Caller;
    /** Set on every route of a connection, after the caller was found to own it. */
    connectionId: string;
  };
}
export type Context = HonoContext<App>;
export type Middleware = MiddlewareHandler<App>;

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Gives every request its id (the client's own, when it is a GUID) and one line in the log. */
export const requestContext: Middleware = async (c, next) => {
  const given = c.req.header("client-request-id") ?? c.req.header("x-request-id") ?? "";
  c.set("requestId", guid.test(given) ? given.toLowerCase() : crypto.randomUUID());
  c.set("route", "unknown");
  const began = Date.now();
  await next();
  const caller = c.get("caller") as Caller | undefined;
  const status = c.res.status;
  log({
    level: status >= 500 ? "warn" : "info",
    event: "request",
    request_id: c.var.requestId,
    method: c.req.method,
    route: c.var.route,
    status,
    duration_ms: Date.now() - began,
    ...(caller !== undefined && {
      caller: caller.kind === "api_key" ? `api_key:${caller.id}` : caller.kind,
    }),
  });
};

/** @throws AzureError `app_misconfigured` naming the variable */
export const withConfig: Middleware = async (c, next) => {
  const config = configOf(c.env);
  if (!config.ok) {
    const { variable, message } = config.error;
    throw new AzureError(failure("app_misconfigured", message, { details: { variable } }));
  }
  c.set("config", config.value);
  await next();
};
