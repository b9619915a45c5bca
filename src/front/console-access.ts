import { getCookie } from "hono/cookie";
import type { Caller } from "../callers/caller.ts";
import {
  callerOfConsole,
  consoleCookie,
  verifyConsoleSession,
  type ConsoleSession,
} from "../callers/console-session.ts";
import { AzureError, failure } from "../contract/errors.ts";
import { isSafeMethod } from "../contract/http-method.ts";
import type { Scope } from "../contract/scope.ts";
import type { DeclaredOperation } from "../operations/index.ts";
import type { Context, Middleware } from "./context.ts";

/**
 * What the console's cookie opens, and the scope that its holder needs there. No other route looks at
 * the cookie.
 */
const opened: Readonly<Partial<Record<DeclaredOperation["name"], Scope>>> = {
  listConnections: "connections:read",
  getConnection: "connections:read",
  listEvents: "connections:read",
  listDeliveries: "connections:read",
  createTicket: "connections:read",
  watches: "connections:read",
  getAppHealth: "connections:read",
  getPermission: "connections:read",
  refreshConnection: "connections:write",
  disconnect: "connections:write",
  unwatch: "connections:write",
  redeliver: "connections:write",
  listMcpGrants: "connections:write",
  revokeMcpGrant: "connections:write",
  restoreConnection: "admin",
};

const scopes: ReadonlyMap<string, Scope> = new Map(Object.entries(opened));

/** The scope that the console's cookie needs for an operation; undefined: the cookie is not looked at. */
export const consoleScope = (operation: string): Scope | undefined => scopes.get(operation);

/**
 * Whether the console's own page sent this, and no other one: browsers say it by `Sec-Fetch-Site`, which
 * no page can set. What changes something has to name this origin besides.
 */
function isFromConsole(c: Context): boolean {
  if (c.req.header("sec-fetch-site") !== "same-origin") return false;
  if (isSafeMethod(c.req.method)) return true;
  // A proxy may have ended TLS: the scheme of the URL here need not be that of the page.
  const origin = URL.parse(c.req.header("origin") ?? "");
  return origin !== null && origin.host === new URL(c.req.url).host;
}

/** @throws AzureError `forbidden` unless {@link isFromConsole} */
function requireFromConsole(c: Context): void {
  if (isFromConsole(c)) return;
  throw new AzureError(
    failure("forbidden", "Only the console's own page may ask this.", {
      details: { reason: "cross_site" },
    }),
  );
}

/** For a route that serves the console's page alone. */
export const fromConsole: Middleware = async (c, next) => {
  requireFromConsole(c);
  await next();
};

/** Who is signed in to the console in this browser. */
export async function consoleSessionOf(c: Context): Promise<ConsoleSession | undefined> {
  const token = getCookie(c, consoleCookie);
  if (token === undefined || c.get("config").console === undefined) return undefined;
  return verifyConsoleSession(c.get("config").sessionSecret, token, Date.now());
}

/** @throws AzureError `forbidden` for another page's request, `unauthenticated` where nobody is signed in */
export async function requireConsole(c: Context): Promise<Caller> {
  requireFromConsole(c);
  const session = await consoleSessionOf(c);
  if (session !== undefined) return callerOfConsole(session);
  throw new AzureError(failure("unauthenticated", "Nobody is signed in."));
}

/**
 * The caller of a request without `Authorization`, where the route takes the cookie.
 *
 * @throws AzureError `forbidden` for one that another page sent with the cookie
 */
export async function consoleCaller(c: Context): Promise<Caller | undefined> {
  const session = await consoleSessionOf(c);
  if (session === undefined) return undefined;
  requireFromConsole(c);
  return callerOfConsole(session);
}
