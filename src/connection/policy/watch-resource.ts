import { failure, type Failure } from "../../contract/errors.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { kindRules, type KindRules, type ResourceKind } from "./watch-kind.ts";

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
/** Of Graph: it comes first in a path, where an id never does. */
const version = /^(?:v\d+\.\d+|beta)$/i;
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
    !version.test(parts[0] ?? "") &&
    parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (!isPath) return err(notWatchable());
  const named: Segment[] = [];
  for (const part of parts) {
    const before = named.at(-1);
    const isId = before !== undefined && !before.isId && collections.has(before.text);
    const word = isId ? undefined : words.get(part.toLowerCase());
    const isFolder = isId && before.text === "mailFolders";
    named.push({ text: isFolder ? folderName(part) : (word ?? part), isId, isFolder });
  }
  const shape = named.map((part) => (part.isId ? "*" : part.text)).join("/");
  const kind = shapes.find(([pattern]) => pattern.test(shape))?.[1] ?? "other";
  const path = named.map(spelled).join("");
  // It is read again from the table: what would be read otherwise then is none.
  const isReadable = named.every((part) => !part.isFolder || !/['()]/.test(part.text));
  return isReadable && path.length <= longestPath ? ok({ path, kind }) : err(notWatchable());
}

interface Segment {
  text: string;
  isId: boolean;
  /** It is the id or the name of a folder of mail, which is written in parentheses. */
  isFolder: boolean;
}

function spelled({ text, isFolder }: Segment, place: number): string {
  if (isFolder) return `('${text}')`;
  return place === 0 ? text : `/${text}`;
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
