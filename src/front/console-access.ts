import { getCookie } from "hono/cookie";
import type { Caller } from "../callers/caller.ts";
import {
  callerOfConsole,
  consoleCookie,
  readConsoleSession,
  type ConsoleSession,
} from "../callers/console-session.ts";
import { AzureError, failure } from "../contract/errors.ts";
import { isSafeMethod } from "../contract/http-method.ts";
import type { Context, Middleware } from "./context.ts";

/**
 * For a request that the console's own page alone may send: browsers say who sends one by
 * `Sec-Fetch-Site`, which no page can set. What changes something has to name this origin besides.
 *
 * @throws AzureError `forbidden` for one of another page
 */
function requireFromConsole(c: Context): void {
  const { method, url } = c.req;
  // A proxy may have ended TLS: the scheme of the URL here need not be that of the page.
  const namesThisHost = () => URL.parse(c.req.header("origin") ?? "")?.host === new URL(url).host;
  const isOwn = c.req.header("sec-fetch-site") === "same-origin";
  if (isOwn && (isSafeMethod(method) || namesThisHost())) return;
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
  const { console, sessionSecret } = c.get("config");
  const token = getCookie(c, consoleCookie);
  if (token === undefined || console === undefined) return undefined;
  return readConsoleSession(sessionSecret, token, Date.now());
}

/**
 * The operator whose cookie came with a request; undefined: there is none.
 *
 * @throws AzureError `forbidden` for a request that another page sent with the cookie
 */
export async function consoleCaller(c: Context): Promise<Caller | undefined> {
  const session = await consoleSessionOf(c);
  if (session === undefined) return undefined;
  requireFromConsole(c);
  return callerOfConsole(session);
}
