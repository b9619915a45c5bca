import * as z from "zod";
import { isGuid } from "../contract/guid.ts";
import { scopes } from "../contract/scope.ts";
import { isLoopback } from "../http/url.ts";
import type { SessionSecret } from "../platform/keys.ts";
import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { parseJson } from "../http/json.ts";

/**
 * Readers of single configuration values. A refusal is the end of a sentence that begins with the
 * variable's name; it never repeats the value, which may be a secret.
 */
type Reading<Value> = Result<Value, string>;

export interface EncryptionKey {
  kid: string;
  /** 32 bytes. */
  key: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

const leastSecretBytes = 32;
export const expectedSessionSecret =
  "must have at least 32 bytes, all of them random; of several with commas between, each one";

const hexDigest = /^[0-9a-f]{64}$/i;

const apiKeySchema = z.object({
  id: z
    .string("must be a string")
    .regex(/^[A-Za-z0-9-]{1,64}$/, "must be 1 to 64 letters, digits or hyphens, without _"),
  sha256: z
    .string("must be a string")
    .regex(hexDigest, "must be the SHA-256 of the secret in hexadecimal")
    .toLowerCase(),
  scopes: z.array(z.enum(scopes, `must be one of ${scopes.join(", ")}`), "must be an array"),
});
/** A server's key: `azk_{id}_{secret}`, of whose secret only the hash is known here. */
export type ApiKey = z.infer<typeof apiKeySchema>;

export const listOf = (text: string): string[] => text.split(",").map((item) => item.trim());

/** Its first double, if any. */
const doubled = (items: readonly string[]): string | undefined =>
  items.find((item, index) => items.indexOf(item) !== index);

export function guid(text: string): Reading<string> {
  return isGuid(text) ? ok(text.toLowerCase()) : err("must be a GUID");
}

export function secrets(text: string): Reading<string[]> {
  const list = listOf(text);
  return list.includes("") ? err("must not hold an empty entry between its commas") : ok(list);
}

/** A secret in versions, each of them long enough to be a key. */
export function sessionSecrets(text: string): Reading<SessionSecret> {
  const versions = listOf(text);
  const [first, ...others] = versions;
  return first !== undefined && versions.every(isLongEnough)
    ? ok([first, ...others])
    : err(expectedSessionSecret);
}

const isLongEnough = (version: string): boolean =>
  encoder.encode(version).byteLength >= leastSecretBytes;

export function redirectUris(text: string): Reading<string[]> {
  const uris = listOf(text);
  return uris.every(isRedirectUri)
    ? ok(uris)
    : err("must hold absolute https URLs without fragment; http only on loopback");
}

function isRedirectUri(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && isTrustworthy(url) && !text.includes("#") && !url.username;
}

/** One origin, of this Worker or another, as browsers write it. */
export const origin = (text: string): Reading<string> =>
  isOrigin(text)
    ? ok(text)
    : err(
        "must be an exact https origin without path, such as https://azure.example.com; http only on loopback",
      );

/** A page of the host's, with whatever query it needs. */
export const pageUrl = (text: string): Reading<string> => {
  const url = URL.parse(text);
  return url !== null && isTrustworthy(url) && url.username === "" && url.password === ""
    ? ok(url.href)
    : err(
        "must be an absolute https URL, such as https://app.example.com/connect; http only on loopback",
      );
};

/** Exact origins: what stands there is compared with the `Origin` header as it is. */
export function origins(text: string): Reading<string[]> {
  const list = listOf(text).filter((item) => item !== "");
  return list.every(isOrigin)
    ? ok(list)
    : err("must hold exact https origins without path, such as https://app.example.com; never *");
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && isTrustworthy(url) && url.origin === text;
}

/** Https, or http that never leaves this machine. */
const isTrustworthy = (url: URL): boolean =>
  url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));

export function encryptionKeys(text: string): Reading<EncryptionKey[]> {
  const keys: EncryptionKey[] = [];
  for (const [index, entry] of listOf(text).entries()) {
    const separator = entry.indexOf(":");
    const kid = entry.slice(0, Math.max(separator, 0));
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(kid)) {
      return err(`must name key ${index + 1} by 1 to 32 letters, digits, _ or -, then a colon`);
    }
    const key = bytesOf(entry.slice(separator + 1));
    if (key?.length !== 32) return err(`must hold 32 bytes in base64 for the key ${kid}`);
    keys.push({ kid, key });
  }
  const double = doubled(keys.map(({ kid }) => kid));
  return double === undefined ? ok(keys) : err(`must not hold the key id ${double} twice`);
}

/** Base64 or base64url; strict otherwise, so that a mangled key is an error and not another key. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/]+$/.test(base64)) return undefined;
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

export const apiKeys = (text: string): Reading<ApiKey[]> =>
  namedList(text, apiKeySchema, '[{"id","sha256","scopes":[]}]');

/**
 * Entries in JSON, of which each has an id of its own.
 *
 * @param form what the JSON has to look like, for the refusal of anything else
 */
export function namedList<Entry extends { id: string }>(
  text: string,
  entry: z.ZodType<Entry>,
  form: string,
): Reading<Entry[]> {
  const json = parseJson(text);
  if (json === undefined) return err(`must be JSON: ${form}`);
  const parsed = z.array(entry, "must be a JSON array").safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return err(describe(issue?.path ?? [], issue?.message ?? "is wrong"));
  }
  const double = doubled(parsed.data.map(({ id }) => id));
  return double === undefined ? ok(parsed.data) : err(`must not hold the id ${double} twice`);
}

/** `[0].scopes[1] must be…`, as the tail of a sentence about the whole variable. */
function describe(path: readonly PropertyKey[], message: string): string {
  if (path.length === 0) return message;
  const place = path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("");
  return `is wrong at ${place}: ${message}`;
}
