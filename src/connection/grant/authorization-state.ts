import { base64url } from "jose";
import { randomToken, sign, verify, type SessionSecret } from "../../platform/keys.ts";

const decoder = new TextDecoder();

/**
 * A state says which connection its flow belongs to, so that a callback finds the actor; the MAC
 * lets the front Worker refuse a forged one before any actor is addressed.
 */
export async function signState(
  sessionSecret: SessionSecret,
  connectionId: string,
): Promise<string> {
  const body = `${base64url.encode(connectionId)}.${randomToken(16)}`;
  return `${body}.${await sign(sessionSecret, "state", body)}`;
}

/** The connection id of a state we made, or undefined. */
export async function verifyState(
  sessionSecret: SessionSecret,
  state: string,
): Promise<string | undefined> {
  const match = /^(([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(state);
  const [, body, id, signature] = match ?? [];
  if (body === undefined || id === undefined || signature === undefined) return undefined;
  if (!(await verify(sessionSecret, "state", body, signature))) return undefined;
  return decoder.decode(base64url.decode(id));
}

/** The cookie that ties a user start to its browser: named by flow, so that flows can run in parallel. */
export async function browserBindingCookie(state: string): Promise<string> {
  return `__Host-azure_flow_${(await sha256Hex(state)).slice(0, 8)}`;
}

/** States, flows and bindings are kept as hashes: what a stolen row holds opens nothing. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
