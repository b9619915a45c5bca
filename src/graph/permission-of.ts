import { pathSegments } from "../http/path-segments.ts";
import { parseUrl } from "../http/url.ts";
import { isSafeMethod } from "../contract/http-method.ts";

/** What a call is known to need where this table does not say it. */
export const unknownPermission = "unknown";

/** Of what lies below a user: to read it, and to change it. */
const ofResource: ReadonlyMap<string, readonly [read: string, write: string]> = new Map([
  ["messages", ["Mail.Read", "Mail.ReadWrite"]],
  ["mailfolders", ["Mail.Read", "Mail.ReadWrite"]],
  ["calendar", ["Calendars.Read", "Calendars.ReadWrite"]],
  ["calendars", ["Calendars.Read", "Calendars.ReadWrite"]],
  ["calendarview", ["Calendars.Read", "Calendars.ReadWrite"]],
  ["events", ["Calendars.Read", "Calendars.ReadWrite"]],
  ["contacts", ["Contacts.Read", "Contacts.ReadWrite"]],
  ["contactfolders", ["Contacts.Read", "Contacts.ReadWrite"]],
  ["drive", ["Files.Read", "Files.ReadWrite"]],
  ["mailboxsettings", ["MailboxSettings.Read", "MailboxSettings.ReadWrite"]],
]);

/** Last segments of a POST that sends mail. */
const sends: ReadonlySet<string> = new Set(["send", "reply", "replyall", "forward"]);
const versions: ReadonlySet<string> = new Set(["v1.0", "beta"]);

/**
 * The delegated permission of Graph that a call needs: the least one that is enough for all that such a
 * call may ask. Where reading is allowed with less (`Mail.ReadBasic`), that gives less.
 *
 * @param url absolute, under any Graph endpoint
 * @returns its name, or {@link unknownPermission}
 * @see https://learn.microsoft.com/graph/permissions-reference
 */
export function permissionOf(method: string, url: URL | string): string {
  const { pathname = "" } = (typeof url === "string" ? parseUrl(url) : url) ?? {};
  const segments = pathSegments(pathname);
  const [owner, ...below] = segments.slice(segments.findIndex((one) => versions.has(one)) + 1);
  const reads = isSafeMethod(method);
  if (owner === "users" && below.length < 2) {
    return reads && below[0] !== "delta" ? "User.ReadBasic.All" : unknownPermission;
  }
  if (owner !== "me" && owner !== "users") return unknownPermission;
  const [resource, ...rest] = owner === "me" ? below : below.slice(1);
  if (resource === undefined) return reads ? "User.Read" : "User.ReadWrite";
  if (resource === "sendmail") return "Mail.Send";
  // Of other people's drives.
  if (rest[0] === "sharedwithme") return unknownPermission;
  // Rules stand below the inbox, categories below `outlook`.
  const isSetting = rest[1] === "messagerules" || rest[0] === "mastercategories";
  const [toRead, toWrite] = ofResource.get(isSetting ? "mailboxsettings" : resource) ?? [];
  if (toRead === undefined || toWrite === undefined) return unknownPermission;
  if (reads) return toRead;
  return toRead === "Mail.Read" && sends.has(rest.at(-1) ?? "") ? "Mail.Send" : toWrite;
}
