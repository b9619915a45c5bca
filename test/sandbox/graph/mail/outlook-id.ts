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
