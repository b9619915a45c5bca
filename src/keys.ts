import { base64url } from "jose";

export { base64url };

export type KeyPurpose = "state" | "session" | "ticket" | "cursor" | "operation";

const encoder = new TextEncoder();

/**
 * Keys, not promises: a promise made for one request must not be awaited by another in workerd.
 * One secret per deployment, so the map holds five entries.
 */
const derived = new Map<string, CryptoKey>();

/**
 * The HMAC-SHA-256 key of one purpose, by HKDF from the session secret: what is signed for one
 * purpose can never pass for another.
 */
export async function deriveKey(sessionSecret: string, purpose: KeyPurpose): Promise<CryptoKey> {
  const name = `${purpose}\n${sessionSecret}`;
  const known = derived.get(name);
  if (known !== undefined) return known;
  const secret = await crypto.subtle.importKey(
    "raw",
    encoder.encode(sessionSecret),
    "HKDF",
    false,
    ["deriveKey"],
  );
  const key = await crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: new Uint8Array(),
      info: encoder.encode(`azure-integration-worker/${purpose}`),
    },
    secret,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign", "verify"],
  );
  derived.set(name, key);
  return key;
}

/** The MAC of `text`, base64url. */
export async function mac(key: CryptoKey, text: string): Promise<string> {
  return base64url.encode(
    new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))),
  );
}

/** Whether `candidate` is the MAC of `text`, compared in constant time. */
export async function verifyMac(key: CryptoKey, text: string, candidate: string): Promise<boolean> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(base64url.decode(candidate));
  } catch {
    return false;
  }
  return crypto.subtle.verify("HMAC", key, bytes, encoder.encode(text));
}

/** An unguessable token: `bytes` random bytes, base64url. */
export function randomToken(bytes = 32): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(bytes)));
}
