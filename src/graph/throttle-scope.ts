import { pathSegments } from "../http/path-segments.ts";
import { scopeId } from "../http/scope-id.ts";
import { parseUrl } from "../http/url.ts";

/** What of Graph shares one limit: a mailbox, a drive, or the rest (the directory above all). */
export type GraphThrottleScope = "graph" | `graph:mailbox:${string}` | `graph:drive:${string}`;

/** First segments, below a mailbox's owner, of what Exchange answers for. */
const mailboxResources: ReadonlySet<string> = new Set([
  "calendar",
  "calendargroups",
  "calendars",
  "calendarview",
  "contactfolders",
  "contacts",
  "conversations",
  "events",
  "findmeetingtimes",
  "getmailtips",
  "inferenceclassification",
  "mailboxsettings",
  "mailfolders",
  "messages",
  "outlook",
  "people",
  "reminderview",
  "sendmail",
  "threads",
  "todo",
]);

const versions: ReadonlySet<string> = new Set(["v1.0", "beta"]);

/**
 * Which limit of Graph's a call counts against. Outlook counts by application and mailbox, of a user
 * or a group; OneDrive and SharePoint by drive and site; the rest is one, `$batch` itself included,
 * whose items carry their own 429. What a 429 says of its limit (`x-ms-throttle-scope`) adds nothing:
 * only the directory says it.
 *
 * @param url absolute, under any Graph endpoint; v1.0 and beta share their limits
 * @param isSelf whether an id or user principal name is the signed-in user's own, who is `me`
 * @see https://learn.microsoft.com/graph/throttling-limits
 */
export function graphThrottleScope(
  url: URL | string,
  isSelf: (user: string) => boolean = () => false,
): GraphThrottleScope {
  const { pathname = "" } = (typeof url === "string" ? parseUrl(url) : url) ?? {};
  const segments = pathSegments(pathname);
  const version = segments.findIndex((segment) => versions.has(segment));
  if (version === -1) return "graph";
  // An owner, a resource and their keys: nothing beyond them names a limit.
  const [root, ...rest] = segments.slice(version + 1, version + 5).flatMap(withKey);
  if (root === "me") return scopeBelow("me", rest);
  if (root === "drive") return drive("me");
  // A sharing link is a credential to whoever reads it: its id is in no name.
  if (root === "shares") return drive("shares");
  const [id, ...below] = rest;
  if (id === undefined) return "graph";
  switch (root) {
    case "users":
      return scopeBelow(isSelf(id) ? "me" : id, below);
    case "groups":
      return scopeBelow(id, below);
    case "drives":
      return drive(id);
    case "sites":
      return siteScope(id, below);
    default:
      return "graph";
  }
}

function scopeBelow(owner: string, [resource = "", key]: string[]): GraphThrottleScope {
  if (mailboxResources.has(resource)) return `graph:mailbox:${scopeId(owner)}`;
  if (resource === "drive") return drive(owner);
  return resource === "drives" ? drive(key ?? owner) : "graph";
}

/** `{host},{guid},{guid}`, or `{host}:/teams/x:/…`, of which the host is read. */
function siteScope(id: string, [resource, key]: string[]): GraphThrottleScope {
  if (resource === undefined) return "graph";
  return drive(resource === "drives" && key !== undefined ? key : id.replace(/:$/, ""));
}

const drive = (id: string): GraphThrottleScope => `graph:drive:${scopeId(id)}`;

/** OData writes a key as a segment of its own or in parentheses: `users/{id}`, `users('{id}')`. */
function withKey(segment: string): string[] {
  const [, name = segment, key = ""] = segment.endsWith(")")
    ? (/^([^(]+)\((.*)\)$/.exec(segment) ?? [])
    : [];
  const plainName = name.startsWith(namespace) ? name.slice(namespace.length) : name;
  return key === ""
    ? [plainName]
    : [plainName, key.replace(/^'(.*)'$/, "$1").replaceAll("''", "'")];
}

const namespace = "microsoft.graph.";
