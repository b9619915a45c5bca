import { createHash } from "node:crypto";

/** The same bytes for the same words, so that every run of the sandbox has the same data. */
export function stableBytes(...words: readonly (string | number)[]): Buffer {
  return createHash("sha256").update(words.join("\u0000")).digest();
}

/** An opaque token of `length` characters of the base64url alphabet, at most 43. */
export function stableToken(length: number, ...words: readonly (string | number)[]): string {
  return stableBytes(...words)
    .toString("base64url")
    .slice(0, length);
}

/** A well-formed v4 GUID. */
export function stableGuid(...words: readonly (string | number)[]): string {
  const hex = stableBytes(...words).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** An integer of 0 up to, not including, `limit`. */
export function stableNumber(limit: number, ...words: readonly (string | number)[]): number {
  return stableBytes(...words).readUInt32BE(0) % limit;
}

/** One of `choices`. */
export function stableChoice<const T extends readonly [unknown, ...unknown[]]>(
  choices: T,
  ...words: readonly (string | number)[]
): T[number] {
  return choices[stableNumber(choices.length, ...words)];
}
