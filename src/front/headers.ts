import { cors } from "hono/cors";
import { configOf } from "../config/config.ts";
import { connectionHeader } from "../contract/connection-owner.ts";
import { ownErrorHeader } from "../contract/errors.ts";
import type { Context, Middleware } from "./context.ts";
import { isListed } from "../config/origins.ts";

/** What a page on another origin may send and read, beyond what browsers allow anyway. */
const allowHeaders = [
  "authorization",
  "client-request-id",
  "consistencylevel",
  "content-range",
  "content-type",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "prefer",
  "range",
  "sdkversion",
  connectionHeader,
  "x-ms-client-request-id",
  "x-ms-version",
];
const exposeHeaders = [
  "azure-asyncoperation",
  "client-request-id",
  "content-disposition",
  "content-range",
  "etag",
  "location",
  "operation-location",
  "preference-applied",
  "request-id",
  "retry-after",
  "www-authenticate",
  "x-ms-request-id",
  "x-request-id",
  ownErrorHeader,
];
const allowMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/** Seconds; browsers cap it. */
const preflightAge = 7200;

const allow = cors({
  // Asked only for origins that are on the list.
  origin: (origin) => origin,
  credentials: true,
  allowHeaders,
  exposeHeaders,
  allowMethods,
  maxAge: preflightAge,
});

/** Pages of ALLOWED_ORIGINS may call with credentials; other origins get no CORS headers. */
export const crossOrigin: Middleware = async (c, next) => {
  const origin = c.req.header("origin");
  const listed = allowedOrigins(c);
  if (origin !== undefined && isListed(origin, listed)) return allow(c, next);
  if (origin !== undefined && isPreflight(c)) return new Response(null, { status: 204 });
  await next();
  // A cache must not hand the answer for one origin to another.
  if (listed.length > 0) changeHeaders(c, (headers) => headers.append("vary", "origin"));
};

function allowedOrigins(c: Context): readonly string[] {
  const config = configOf(c.env);
  return config.ok ? config.value.allowedOrigins : [];
}

const isPreflight = (c: Context) =>
  c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined;

/** What every answer carries. */
export const responseHeaders: Middleware = async (c, next) => {
  await next();
  changeHeaders(c, (headers) => {
    headers.set("x-request-id", c.get("requestId"));
    headers.set("x-content-type-options", "nosniff");
  });
};

/**
 * Changes headers of the answer in place: `c.header` makes another `Response` of it for each. Those of a 101
 * stay, which a change would break.
 */
function changeHeaders(c: Context, change: (headers: Headers) => void): void {
  if (c.res.status === 101) return;
  try {
    change(c.res.headers);
  } catch {
    // What another service answered cannot be changed (Fetch, "immutable" guard).
    c.res = new Response(c.res.body, c.res);
    change(c.res.headers);
  }
}

/** Bytes that are not ours must not run as a page of this origin, whatever they are. */
export function untrustedBytes(response: Response): Response {
  const { headers } = response;
  headers.set("x-content-type-options", "nosniff");
  headers.set("content-security-policy", "sandbox");
  headers.set("content-disposition", asAttachment(headers.get("content-disposition")));
  if (!headers.has("cache-control")) headers.set("cache-control", "private, no-store");
  // One URL has another answer for another connection.
  headers.append("vary", `authorization, ${connectionHeader}`);
  return response;
}

/** Keeps the file name of a disposition, and nothing that would show it in place. */
const asAttachment = (disposition: string | null): string =>
  `attachment${/^[^;]*(;.*)$/s.exec(disposition ?? "")?.[1] ?? ""}`;
