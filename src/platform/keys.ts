import { hexOf } from "../contract/hex.ts";
import { createHash, createHmac, hkdfSync } from "node:crypto";
import { base64url } from "jose";

export { base64url };

/**
 * The deployment's session secret in its versions: the first signs and encrypts, all verify and
 * decrypt, so that a new one can be put first while what the old one signed is still about.
 */
export type SessionSecret = readonly [string, ...string[]];

/** What a key is for. What is made for one purpose is worthless for every other. */
export type KeyPurpose =
  | "state"
  | "session"
  | "ticket"
  | "cursor"
  | "operation"
  | "reconnect"
  | "account-link"
  | "tenant-proof"
  | "notification"
  | "mcp"
  | "console";

/** `mac`: HMAC-SHA-256, `cipher`: AES-256-GCM. One key never serves both. */
type KeyKind = "mac" | "cipher";

interface KeyForm {
  algorithm: { name: string; hash?: string; length: number };
  usages: ("sign" | "verify" | "encrypt" | "decrypt")[];
}

const algorithms: Readonly<Record<KeyKind, KeyForm>> = {
  mac: { algorithm: { name: "HMAC", hash: "SHA-256", length: 256 }, usages: ["sign", "verify"] },
  cipher: { algorithm: { name: "AES-GCM", length: 256 }, usages: ["encrypt", "decrypt"] },
};

/** The `info` of HKDF (RFC 5869 §3.2). The keys of the first kind are named by their purpose alone. */
const infoOf = (purpose: KeyPurpose, kind: KeyKind): string =>
  `azure-integration-worker/${purpose}${kind === "mac" ? "" : `/${kind}`}`;

const encoder = new TextEncoder();

/**
 * Keys, not promises: a promise made for one request must not be awaited by another in workerd.
 * One secret of few versions per deployment, so the map stays small.
 */
const derived = new Map<string, CryptoKey>();

/** The key of one purpose, by HKDF from one version of the session secret. */
async function deriveKey(version: string, purpose: KeyPurpose, kind: KeyKind): Promise<CryptoKey> {
  const info = infoOf(purpose, kind);
  const name = `${info}\n${version}`;
  const known = derived.get(name);
  if (known !== undefined) return known;
  const { algorithm, usages } = algorithms[kind];
  const raw = encoder.encode(version);
  const secret = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(info) },
    secret,
    algorithm,
    false,
    usages,
  );
  derived.set(name, key);
  return key;
}

/** The key that signs or encrypts: of the first version. */
export const newestKey = (
  [first]: SessionSecret,
  purpose: KeyPurpose,
  kind: KeyKind,
): Promise<CryptoKey> => deriveKey(first, purpose, kind);

/** The keys that verify or decrypt: of every version, the first one first. */
export const allKeys = (
  secret: SessionSecret,
  purpose: KeyPurpose,
  kind: KeyKind,
): Promise<CryptoKey[]> => Promise.all(secret.map((version) => deriveKey(version, purpose, kind)));

/** The MAC of `text` for a purpose, base64url. */
export async function sign(
  secret: SessionSecret,
  purpose: KeyPurpose,
  text: string,
): Promise<string> {
  const key = await newestKey(secret, purpose, "mac");
  return base64url.encode(
    new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))),
  );
}

const macKeys = new Map<string, Uint8Array>();

/**
 * The MAC that {@link sign} gives, at once: an object that waited for it would send an event behind
 * the next one.
 */
export function signAtOnce([first]: SessionSecret, purpose: KeyPurpose, text: string): string {
  const info = infoOf(purpose, "mac");
  const name = `${info}\n${first}`;
  const key =
    macKeys.get(name) ?? new Uint8Array(hkdfSync("sha256", first, new Uint8Array(), info, 32));
  macKeys.set(name, key);
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** Whether `candidate` is the MAC of `text` under any version; each is compared in constant time. */
export async function verify(
  secret: SessionSecret,
  purpose: KeyPurpose,
  text: string,
  candidate: string,
): Promise<boolean> {
  const mac = bytesOf(candidate);
  if (mac === undefined) return false;
  for (const key of await allKeys(secret, purpose, "mac")) {
    if (await crypto.subtle.verify("HMAC", key, mac, encoder.encode(text))) return true;
  }
  return false;
}

/** Stands for a text that must not be read from it: its SHA-256, base64url. */
export const textHash = (text: string): string =>
  createHash("sha256").update(text).digest("base64url");

/** SHA-256 in hex. States, flows, bindings and API keys are kept as this: a stolen row opens nothing. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(text));
  return hexOf(new Uint8Array(digest));
}

/** The bytes that base64url text stands for, or undefined when it is none. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(base64url.decode(text));
  } catch {
    return undefined;
  }
}

/** An unguessable token: `bytes` random bytes, base64url. */
export function randomToken(bytes = 32): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(bytes)));
}
