import { defined } from "../contract/defined.ts";
import type { Context as HonoContext, MiddlewareHandler } from "hono";
import type { Caller } from "../callers/caller.ts";
import { configOf, type Config } from "../config/config.ts";
import { misconfigured } from "../config/config-error.ts";
import { connectionHash } from "../platform/connection-hash.ts";
import { isLoopback } from "../http/url.ts";
import type { Environment } from "../platform/env.ts";
import { AzureError, ownErrorHeader } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import {
  connectionContext,
  type ConnectionContext,
  type ServiceContext,
} from "../operations/context.ts";
import { log } from "../platform/log.ts";
import { requestIdIn } from "../platform/request-id.ts";

/** `envelope` is ours; on gateways our errors look like Microsoft's. */
export type ErrorForm = "envelope" | "microsoft";

/** The Hono environment: bindings, and what middleware sets for the handlers. */
export interface App {
  Bindings: Environment;
  Variables: {
    /** GUID; goes to Microsoft as `client-request-id`. */
    requestId: string;
    /** The pattern that answers, for the log. */
    route: string;
    /** How an error of ours is written on this route. */
    errorForm: ErrorForm;
    config: Config;
    /** Set on every route with a scope. */
    caller: Caller;
    /** Set on every route of a connection, after the caller was found to own it, or to return to it. */
    connectionId: string;
    /** On a tenant's connection: the user whose data are meant. */
    as: string | undefined;
    /** Microsoft's id of the last answer that had one, for the log. */
    upstreamRequestId: string;
  };
}
export type Context = HonoContext<App>;
export type Middleware = MiddlewareHandler<App>;

/** Gives every request its id (the client's own, when it is a GUID) and one line in the log. */
export const requestContext: Middleware = async (c, next) => {
  const given = c.req.header("client-request-id") ?? c.req.header("x-request-id");
  c.set("requestId", requestIdIn(given) ?? crypto.randomUUID());
  c.set("route", "unknown");
  c.set("errorForm", "envelope");
  const began = Date.now();
  await next();
  const caller = c.get("caller") as Caller | undefined;
  const connectionId = c.get("connectionId") as string | undefined;
  const upstreamRequestId = c.get("upstreamRequestId") as string | undefined;
  const status = c.res.status;
  log({
    level: status >= 500 ? "warn" : "info",
    event: "request",
    request_id: c.get("requestId"),
    method: c.req.method,
    route: c.get("route"),
    status,
    duration_ms: Date.now() - began,
    ...defined({
      caller: caller && callerInLog(caller),
      connection: connectionId && connectionHash(connectionId),
      code: c.res.headers.get(ownErrorHeader) ?? undefined,
      upstream_request_id: upstreamRequestId,
    }),
  });
};

/** Operators by a hash, as connections are: who did something can be found, and is not named. */
function callerInLog({ kind, id }: Caller): string {
  switch (kind) {
    case "api_key":
      return `api_key:${id}`;
    case "console":
      return `console:${connectionHash(id)}`;
    case "session":
    case "auth":
    case "sibling":
    case "mcp":
      return kind;
  }
}

/**
 * The configuration of every route but `/health`. The sandbox cloud checks no password, so there a
 * request that came by another name than this machine's is refused.
 *
 * @throws AzureError `app_misconfigured` naming the variable
 */
export const withConfig: Middleware = async (c, next) => {
  const config = orThrow(configOf(c.env));
  if (config.cloud.name === "sandbox" && !isAskedLocally(c)) {
    const message = "In the sandbox cloud this Worker answers on loopback hosts alone.";
    throw new AzureError(misconfigured({ variable: "AZURE_CLOUD", message }));
  }
  c.set("config", config);
  await next();
};

/** Whether a request names this machine, in its URL and in its Host header, if it has one. */
function isAskedLocally(c: Context): boolean {
  const host = c.req.header("host");
  const hostnames = [c.req.url, ...(host === undefined ? [] : [`http://${host}`])].map(
    (url) => URL.parse(url)?.hostname,
  );
  return hostnames.every((hostname) => hostname !== undefined && isLoopback(hostname));
}

/** What an operation of this request may use. */
export const serviceOf = (c: Context): ServiceContext => ({
  env: c.env,
  config: c.get("config"),
  caller: c.get("caller"),
  requestId: c.get("requestId"),
  now: () => Date.now(),
});

/** The connection of this request. By default a cool-down is reported at once: a person is waiting. */
export const connectionOf = (
  c: Context,
  { waitOnThrottle = false }: { waitOnThrottle?: boolean | undefined } = {},
): Promise<ConnectionContext> =>
  connectionContext(serviceOf(c), {
    connectionId: c.get("connectionId"),
    as: c.get("as"),
    waitOnThrottle,
    answered: (id) => c.set("upstreamRequestId", id),
  });
