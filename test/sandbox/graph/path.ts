/** Segments that name something of the service; any other one is a key, a file name or unknown. */
const literals = new Map(
  [
    "v1.0",
    "beta",
    "$batch",
    "$count",
    "me",
    "users",
    "messages",
    "mailFolders",
    "sendMail",
    "childFolders",
    "send",
    "move",
    "copy",
    "reply",
    "replyAll",
    "forward",
    "createReply",
    "permanentDelete",
    "createReplyAll",
    "createForward",
    "attachments",
    "messageRules",
    "outlook",
    "masterCategories",
    "mailboxSettings",
    "timeZone",
    "dateFormat",
    "timeFormat",
    "delegateMeetingMessageDeliveryOptions",
    "automaticRepliesSetting",
    "language",
    "workingHours",
    "userPurpose",
    "contacts",
    "contactFolders",
    "events",
    "calendar",
    "calendars",
    "instances",
    "accept",
    "tentativelyAccept",
    "decline",
    "cancel",
    "calendarView",
    "drive",
    "$value",
    "groups",
    "members",
    "owners",
    "transitiveMembers",
    "manager",
    "directReports",
    "memberOf",
    "transitiveMemberOf",
    "photo",
    "photos",
    "presence",
    "planner",
    "tasks",
    "findRooms",
    "todo",
    "lists",
    "drives",
    "root",
    "root:",
    "items",
    "children",
    "content",
    "createUploadSession",
    "recent",
    "sharedWithMe",
    "delta",
    "subscriptions",
    "reauthorize",
    "oidc",
    "userinfo",
  ].map((name) => [name.toLowerCase(), name]),
);

/** A key follows these, unless it is a function of the whole collection. */
const collections = new Set([
  "users",
  "messages",
  "mailFolders",
  "attachments",
  "messageRules",
  "masterCategories",
  "contacts",
  "contactFolders",
  "events",
  "calendars",
  "drives",
  "groups",
  "photos",
  "lists",
  "tasks",
  "items",
  "subscriptions",
]);
const ofCollections = new Set(["delta", "$count"]);
/** Where `:` may begin a path of file names. */
const drives = new Set(["drive", "drives"]);

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** The literal a segment spells, in any letter case, qualified by its namespace, called with `()`. */
function literalOf(segment: string): string | undefined {
  const bare = decoded(segment)
    .toLowerCase()
    .replace(/^(?:microsoft\.)?graph\./, "")
    .replace(/\(\)$/, "");
  return literals.get(bare);
}

/** `users('ada')` is two segments; a quote inside the key is doubled. */
function withKeyApart(segment: string): string[] {
  const [, name, key] = /^([^()]+)\((?:'|%27)(.*)(?:'|%27)\)$/.exec(segment) ?? [];
  if (name === undefined || key === undefined) return [segment];
  return [name, key.replaceAll(/(?:'|%27){2}/g, "'")];
}

/** A segment of a template; a function's argument is a key like any other. */
const withoutArgument = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^(?:microsoft\.)?graph\./, "")
    .replace(/^search\(q=.*\)$/, "search(q={id})");

/** The first segment of a path that nothing is named by, else the last that is no key. */
export function strangeSegment(pathname: string): string {
  const { path, template } = canonicalPath(pathname);
  const [, , ...segments] = path.split("/");
  const [, ...roles] = template.split("/");
  const named = segments.filter((_, index) => roles[index] !== "{id}");
  return named.find((segment) => literalOf(segment) === undefined) ?? named.at(-1) ?? "";
}

export interface CanonicalPath {
  /** As the routes are written; keys and file names are the client's own. */
  path: string;
  /**
   * The same without the version and with `{id}` for each key and path of file names, in lower
   * case: `/me/drive/root:/{id}:/content`.
   */
  template: string;
}

/**
 * Reads a path as Graph does: literal segments in any letter case, keys in parentheses or as
 * segments, functions with or without namespace and parentheses, slashes at the end.
 */
export function canonicalPath(pathname: string): CanonicalPath {
  const [, ...segments] = pathname.replace(/(?<!\/)\/+$/, "").split("/");
  const path: string[] = [];
  const template: string[] = [];
  let previous = "";
  let inDrive = false;
  /** Between the colons of `root:/a/b:`, where every segment is a file's or folder's name. */
  let inNames = false;
  for (const segment of segments) {
    if (inNames) {
      path.push(segment);
      if (template.at(-1) !== "{id}") template.push("{id}");
      inNames = !segment.endsWith(":");
      if (!inNames) template.splice(-1, 1, "{id}:");
      continue;
    }
    for (const part of withKeyApart(segment)) {
      const literal = literalOf(part);
      const isKey = collections.has(previous) && !ofCollections.has(literal ?? "");
      const name = isKey ? part : (literal ?? part);
      inNames = inDrive && part.endsWith(":");
      path.push(name);
      template.push(isKey ? `{id}${inNames ? ":" : ""}` : withoutArgument(name));
      inDrive ||= drives.has(name) && !isKey;
      previous = isKey || inNames ? "" : name;
    }
  }
  // `root:/` names nothing below the root.
  if (inNames && path.at(-1)?.endsWith(":")) path.push((path.pop() ?? "").slice(0, -1));
  return {
    path: `/${path.join("/")}`,
    template: `/${template.slice(1).join("/")}`.replace(/:$/, ""),
  };
}
