import { failure, type Failure } from "../../contract/errors.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { changeKinds, type ChangeKind } from "../../contract/watch.ts";

/** What kinds of resource Graph reports changes of. They differ in what Graph promises for them. */
export type ResourceKind =
  | "mail_folder"
  | "mail"
  | "calendar"
  | "contacts"
  | "drive"
  | "list"
  | "directory"
  | "teams"
  | "presence"
  | "todo"
  /** Not known here: Microsoft judges it. */
  | "other";

export interface KindRules {
  /** The longest life of a subscription, in minutes. */
  longest: number;
  /** The same where notifications bring the item; null: they do not. */
  longestRich: number | null;
  /** Notifications with the item need `select`. */
  richNeedsSelect: boolean;
  /** What Graph can report of it. */
  changes: readonly ChangeKind[];
  /** Graph says when it removes a subscription: nobody has to look. */
  saysRemoved: boolean;
  /** Graph says when it could not deliver. */
  saysMissed: boolean;
  /** What was missed can be read by delta. */
  canCatchUp: boolean;
  /** The least permission of an account that watches it; undefined: not known here. */
  permission: string | undefined;
}

const outlook = {
  longest: 10_080,
  longestRich: 1_440,
  richNeedsSelect: true,
  changes: changeKinds,
  saysRemoved: true,
  saysMissed: true,
} as const;
const silent = {
  longestRich: null,
  richNeedsSelect: false,
  saysRemoved: false,
  saysMissed: false,
  canCatchUp: false,
} as const;

/** Lifetimes: Graph's "subscription resource type"; lifecycle words: "change notifications: lifecycle events". */
export const kindRules: Readonly<Record<ResourceKind, KindRules>> = {
  mail_folder: { ...outlook, canCatchUp: true, permission: "Mail.Read" },
  mail: { ...outlook, canCatchUp: false, permission: "Mail.Read" },
  calendar: { ...outlook, canCatchUp: true, permission: "Calendars.Read" },
  contacts: { ...outlook, canCatchUp: false, permission: "Contacts.Read" },
  drive: {
    ...silent,
    longest: 42_300,
    changes: ["updated"],
    canCatchUp: true,
    permission: "Files.ReadWrite.All",
  },
  list: { ...silent, longest: 42_300, changes: ["updated"], permission: "Sites.Read.All" },
  // One that is created is `updated`.
  directory: {
    ...silent,
    longest: 41_760,
    changes: ["updated", "deleted"],
    permission: "User.Read.All",
  },
  teams: {
    ...silent,
    longest: 4_320,
    longestRich: 4_320,
    changes: changeKinds,
    saysRemoved: true,
    permission: undefined,
  },
  presence: {
    ...silent,
    longest: 60,
    longestRich: 60,
    changes: ["updated"],
    permission: "Presence.Read",
  },
  todo: { ...silent, longest: 4_230, changes: changeKinds, permission: "Tasks.ReadWrite" },
  other: {
    ...silent,
    longest: 4_230,
    longestRich: 1_440,
    changes: changeKinds,
    permission: undefined,
  },
};

/** A path of Graph in the one spelling that this service keeps of it. */
export interface WatchedResource {
  /** Without a slash at its ends: `me/mailFolders('inbox')/messages`. */
  path: string;
  kind: ResourceKind;
}

/** Words of Graph's paths: their case does not matter to Graph. */
const words = new Map(
  "me users messages mailFolders events calendar calendars contacts contactFolders drive drives root sites lists groups members teams chats channels communications presences todo tasks"
    .split(" ")
    .map((word) => [word.toLowerCase(), word]),
);
const wellKnownFolders: ReadonlySet<string> = new Set(
  "archive clutter conflicts conversationhistory deleteditems drafts inbox junkemail localfailures msgfolderroot outbox recoverableitemsdeletions scheduled searchfolders sentitems serverfailures syncissues".split(
    " ",
  ),
);

/** The shape of a path: words as they are, ids as `*`. */
const shapes: readonly (readonly [RegExp, ResourceKind])[] = [
  [/^(?:me|users\/\*)\/mailFolders\/\*\/messages$/, "mail_folder"],
  [/^(?:me|users\/\*)\/messages$/, "mail"],
  [/^(?:me|users\/\*)\/(?:events|calendar\/events|calendars\/\*\/events)$/, "calendar"],
  [/^(?:me|users\/\*)\/(?:contacts|contactFolders\/\*\/contacts)$/, "contacts"],
  [/^(?:me\/drive|users\/\*\/drive|drives\/\*|sites\/\*\/drive|groups\/\*\/drive)\/root$/, "drive"],
  [/^sites\/\*\/lists\/\*$/, "list"],
  [/^(?:users|groups)(?:\/\*)?$|^groups\/\*\/members$/, "directory"],
  [/^(?:teams|chats)(?:\/|$)/, "teams"],
  [/^communications\/presences(?:\/\*)?$/, "presence"],
  [/^me\/todo\/lists\/\*\/tasks$/, "todo"],
];

/** Words that an id follows. */
const collections: ReadonlySet<string> = new Set(
  "users mailFolders calendars contactFolders drives sites lists groups teams chats channels presences".split(
    " ",
  ),
);

const longestPath = 512;
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const forbidden = /[\u0000-\u0020\u007f?#\\%]|:\/\//;

/**
 * Reads what is to be watched.
 *
 * @param text Graph's path below its version, with or without a slash before it, ids as segments or in
 *   parentheses
 * @returns the resource; or `invalid_request` for `resource`
 */
export function parseWatchResource(text: string): Result<WatchedResource, Failure> {
  const trimmed = text.replace(/^\//, "").replace(/\/$/, "");
  const parts = trimmed.split("/").flatMap((part) => {
    const [, name, id] = /^([A-Za-z]+)\('([^'()]+)'\)$/.exec(part) ?? [];
    return name === undefined || id === undefined ? [part] : [name, id];
  });
  const isPath =
    trimmed.length <= longestPath &&
    trimmed.isWellFormed() &&
    !forbidden.test(trimmed) &&
    parts.every((part) => part !== "" && part !== "." && part !== ".." && !/^v\d/.test(part));
  if (!isPath) return err(notWatchable());
  const named: { text: string; isId: boolean }[] = [];
  for (const part of parts) {
    const before = named.at(-1);
    const isId = before !== undefined && !before.isId && collections.has(before.text);
    const word = isId ? undefined : words.get(part.toLowerCase());
    const isFolder = isId && before.text === "mailFolders";
    named.push({ text: isFolder ? folderName(part) : (word ?? part), isId });
  }
  const shape = named.map((part) => (part.isId ? "*" : part.text)).join("/");
  const kind = shapes.find(([pattern]) => pattern.test(shape))?.[1] ?? "other";
  const path = named
    .map(({ text: part }) => part)
    .join("/")
    .replaceAll(/\bmailFolders\/([^/]+)/g, "mailFolders('$1')");
  return ok({ path, kind });
}

const folderName = (name: string): string =>
  wellKnownFolders.has(name.toLowerCase()) ? name.toLowerCase() : name;

const notWatchable = (): Failure =>
  failure(
    "invalid_request",
    "resource must be a path of Graph without version and query, such as me/mailFolders('inbox')/messages.",
    { details: { field: "resource" } },
  );

/** What holds for a resource that was read before. */
export function rulesOf(path: string): KindRules {
  const parsed = parseWatchResource(path);
  return kindRules[parsed.ok ? parsed.value.kind : "other"];
}

/** Where the delta of a resource is read, and how a first reading begins now instead of long ago. */
export interface DeltaSource {
  /** Of the collection: `/me/mailFolders/inbox/messages`. */
  path: string;
  query: Readonly<Record<string, string>>;
  filter?: string;
  select?: string;
  maxPageSize?: number;
}

const day = 24 * 60 * 60_000;
/** How far a calendar is read back and ahead. */
const calendarWindow = { back: 30 * day, ahead: 365 * day };

/** What a first reading is for, and about which changes. */
export interface DeltaNeed {
  /** Milliseconds since the epoch: what lies before need not be read. */
  since: number;
  changeTypes: readonly ChangeKind[];
  /** What changed since then is wanted; otherwise only where the next reading begins. */
  reports: boolean;
}

/**
 * What to read first of a resource. Graph begins with all that is there; a drive can begin now, and
 * messages with those that arrived since, which is enough where only `created` is asked for.
 *
 * @returns undefined where Graph has no delta
 */
export function deltaSource(
  { path, kind }: WatchedResource,
  { since, changeTypes, reports }: DeltaNeed,
): DeltaSource | undefined {
  const plain = `/${path.replaceAll(/\('([^']*)'\)/g, "/$1")}`;
  const moment = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  switch (kind) {
    case "mail_folder":
      return {
        path: plain,
        query: {},
        select: "id,createdDateTime,lastModifiedDateTime",
        maxPageSize: 200,
        ...(changeTypes.every((type) => type === "created") && {
          filter: `receivedDateTime ge ${moment(since)}`,
        }),
      };
    case "calendar":
      return {
        path: plain.replace(/\/events$/, "/calendarView"),
        query: {
          startDateTime: moment(since - calendarWindow.back),
          endDateTime: moment(since + calendarWindow.ahead),
        },
      };
    case "drive":
      return { path: plain, query: reports ? {} : { token: "latest" } };
    default:
      return undefined;
  }
}
