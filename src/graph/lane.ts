/** First segments, below a mailbox's owner, of what Exchange answers for. */
const mailboxResources: ReadonlySet<string> = new Set([
  "calendar",
  "calendargroups",
  "calendars",
  "calendarview",
  "contactfolders",
  "contacts",
  "events",
  "findmeetingtimes",
  "getmailtips",
  "inferenceclassification",
  "mailboxsettings",
  "mailfolders",
  "messages",
  "outlook",
  "reminderview",
  "sendmail",
]);

const versions: ReadonlySet<string> = new Set(["v1.0", "beta"]);

/**
 * Which shared lane a Graph call has to go through. Exchange answers four calls at a time per
 * application and mailbox and throttles the rest, so the calls that reach a mailbox share a lane.
 *
 * @param url absolute, under any Graph endpoint (`https://graph.microsoft.com/v1.0/me/messages`)
 * @param method OPTIONS is answered before any mailbox is asked
 * @returns the lane, or undefined when the call needs none
 */
export function laneOf(url: URL | string, method: string): "mailbox" | undefined {
  if (method.toUpperCase() === "OPTIONS") return undefined;
  const segments = pathSegments(url);
  const version = segments.findIndex((segment) => versions.has(segment));
  if (version === -1) return undefined;
  const [owner = "", ...rest] = segments.slice(version + 1);
  const below = resourceBelow(owner, rest);
  return below !== undefined && mailboxResources.has(plainName(below)) ? "mailbox" : undefined;
}

const pathSegments = (url: URL | string): string[] =>
  ((typeof url === "string" ? URL.parse(url) : url)?.pathname ?? "")
    .split("/")
    .map((segment) => decoded(segment).toLowerCase())
    .filter((segment) => segment !== "");

/** `me/{resource}`, `users/{id}/{resource}` or OData's `users('{id}')/{resource}`. */
function resourceBelow(owner: string, rest: string[]): string | undefined {
  if (owner === "me" || /^users\(.+\)$/.test(owner)) return rest[0];
  return owner === "users" ? rest[1] : undefined;
}

/** Without OData's key and arguments (`messages('id')`) and namespace (`microsoft.graph.sendMail`). */
const plainName = (segment: string): string =>
  segment.replace(/\(.*$/, "").replace(/^microsoft\.graph\./, "");

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
