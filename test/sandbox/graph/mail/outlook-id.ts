import { GraphError } from "../graph-error.ts";
import { stableToken } from "../seed.ts";

/** Characters of the key that an object is kept under. */
export const KEY_LENGTH = 32;

/** What Exchange puts before the key: by default an id that ends with a move, or an immutable one. */
const prefixes = { regular: "AAMkAD", immutable: "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A" } as const;
const FOLDER_PREFIX = "AQMkAD";
const SUFFIX = "AAA=";

/** The key of a seeded object: the same in every run. */
export const stableKey = (...words: readonly (string | number)[]) =>
  stableToken(KEY_LENGTH, ...words);

const mailboxPart = (mailbox: string) => stableToken(20, "mailbox", mailbox);

/** The id of a message or event as clients see it; `immutable` by `Prefer: IdType`. */
export function itemId(mailbox: string, key: string, immutable: boolean): string {
  return immutable
    ? `${prefixes.immutable}${key}${SUFFIX}`
    : `${prefixes.regular}${mailboxPart(mailbox)}${key}${SUFFIX}`;
}

/** How much of a message's key stays with it wherever it is moved. */
const LASTING_LENGTH = 24;

export const lastingKey = (key: string): string =>
  key.slice(0, LASTING_LENGTH).padEnd(KEY_LENGTH, "0");

/** The key of a message in another place; `guid` makes it one that it never had. */
export const movedKey = (key: string, guid: string): string =>
  key.slice(0, LASTING_LENGTH) + stableToken(KEY_LENGTH - LASTING_LENGTH, "place", guid);

/** The id of a message, which a move changes unless it is an immutable one. */
export const messageId = (mailbox: string, key: string, immutable: boolean): string =>
  itemId(mailbox, immutable ? lastingKey(key) : key, immutable);

export const isImmutableId = (id: string): boolean => id.startsWith(prefixes.immutable);

export function folderId(mailbox: string, name: string): string {
  return `${FOLDER_PREFIX}${mailboxPart(mailbox)}${stableKey("folder", mailbox, name)}${SUFFIX}`;
}

/** The key inside an id of either kind. Throws ErrorInvalidIdMalformed (400). */
export function keyOfId(id: string): string {
  const known = Object.values(prefixes).some((prefix) => id.startsWith(prefix));
  if (!known || !id.endsWith(SUFFIX) || id.length < KEY_LENGTH + 10)
    throw new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
  return id.slice(0, -SUFFIX.length).slice(-KEY_LENGTH);
}

export function itemNotFound(): GraphError {
  return new GraphError(
    404,
    "ErrorItemNotFound",
    "The specified object was not found in the store.",
  );
}
