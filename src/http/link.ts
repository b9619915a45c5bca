import { failure, invalidField, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { isLoopback, parseUrl } from "./url.ts";

/** Without the slashes it ends with. In time that grows with the text, as a pattern's would not. */
export function withoutEndSlashes(text: string): string {
  let rest = text;
  while (rest.endsWith("/")) rest = rest.slice(0, -1);
  return rest;
}

/** @returns a client's endpoint, without slashes at its end; or `invalid_request` for `endpoint` */
export function readEndpoint(endpoint: string): Result<string, Failure> {
  const url = endpoint.isWellFormed() ? parseUrl(endpoint) : null;
  return url !== null && /^https?:$/.test(url.protocol)
    ? ok(withoutEndSlashes(url.href))
    : err(invalidField("endpoint", "must be an absolute http(s) URL"));
}

/** A link of an answer that may not be followed, because it leads away from who answered. */
export const foreignLink = (): Failure =>
  failure("upstream_error", "Microsoft's answer holds a link that leads away from its service.", {
    details: { reason: "foreign_link" },
  });

/**
 * A link found in an answer (nextLink, deltaLink, Location, an operation URL), if it stays under the
 * endpoint the answer came from. A token must never follow a link to another origin.
 *
 * A connection in the sandbox cloud answers for `https://graph.microsoft.com` with the links of
 * its own loopback origin (`http://localhost:8788/graph/…`): such a link is brought back under the
 * endpoint, and never followed to where it points.
 *
 * @param endpoint origin and path prefix, `https://graph.microsoft.com`
 * @param link absolute, or relative to `base`
 * @param base the URL that was asked; by default the endpoint
 * @returns the link; or `upstream_error` with `details.reason` `foreign_link`
 */
export function linkUnder(
  endpoint: string | URL,
  link: string | URL,
  base: string | URL = endpoint,
): Result<URL, Failure> {
  const root = new URL(endpoint);
  const url = parseUrl(String(link), base);
  if (url === null) return err(foreignLink());
  if (isUnder(root, url)) return ok(url);
  const mapped = fromSandbox(root, url);
  return mapped !== undefined && isUnder(root, mapped) ? ok(mapped) : err(foreignLink());
}

/** Whether a URL lies under an endpoint, by origin and by whole path segments. */
export function isUnder(endpoint: URL, url: URL): boolean {
  const prefix = withoutEndSlashes(endpoint.pathname);
  return (
    url.origin === endpoint.origin &&
    url.username === "" &&
    url.password === "" &&
    (url.pathname === prefix || url.pathname.startsWith(`${prefix}/`)) &&
    !climbs(url.pathname)
  );
}

/** The URL parser resolves `..` and `%2e%2e`, but leaves `..%2f` to a server that may not. */
const climbs = (path: string): boolean =>
  path
    .replaceAll(/%2f|%5c/gi, "/")
    .split("/")
    .some((segment) => /^(?:\.|%2e){2}$/i.test(segment));

const unreadableLink = (): Failure =>
  failure("upstream_error", "Microsoft's answer holds a link that is none.", {
    details: { reason: "unreadable_link" },
  });

/**
 * A link as it stands in an answer's JSON, to go on from.
 *
 * @param value of the property, whatever it is
 * @returns the link as it came; undefined where there is none, and Microsoft and its providers say
 *   that by leaving it out, by null and by an empty text; `upstream_error` for one that is no text,
 *   or that leads away from the endpoint
 */
export function readLink(
  endpoint: string | URL,
  value: unknown,
): Result<string | undefined, Failure> {
  if (value === undefined || value === null) return ok(undefined);
  if (typeof value !== "string") return err(unreadableLink());
  if (value.trim() === "") return ok(undefined);
  const url = linkUnder(endpoint, value);
  return url.ok ? ok(value) : url;
}

function fromSandbox(root: URL, url: URL): URL | undefined {
  if (isLoopback(root.hostname) || !isLoopback(url.hostname)) return undefined;
  const path = /^\/(?:graph|arm)(\/.*)$/.exec(url.pathname)?.[1];
  return path === undefined
    ? undefined
    : new URL(`${root.origin}${withoutEndSlashes(root.pathname)}${path}${url.search}`);
}
