import { base64url } from "jose";
import { randomToken, sha256Hex, sign, verify, type SessionSecret } from "../../platform/keys.ts";
import type { SignInPurpose } from "./sign-in-purpose.ts";

const decoder = new TextDecoder();

/** No purpose holds a dot, so that one text is signed for one purpose alone. */
const signedText = (purpose: SignInPurpose, body: string): string => `${purpose}.${body}`;

/**
 * A state of a sign-in: what the callback has to find again, some chance, and a MAC over both and the
 * purpose. The front Worker refuses a forged one before any actor is addressed.
 *
 * @param content what {@link verifyState} gives back; of `connect` the connection's id
 */
export async function signState(
  sessionSecret: SessionSecret,
  purpose: SignInPurpose,
  content: string,
): Promise<string> {
  const body = `${base64url.encode(content)}.${randomToken(16)}`;
  return `${body}.${await sign(sessionSecret, "state", signedText(purpose, body))}`;
}

/** The content of a state that was made here for this purpose, or undefined. */
export async function verifyState(
  sessionSecret: SessionSecret,
  purpose: SignInPurpose,
  state: string,
): Promise<string | undefined> {
  const match = /^(([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(state);
  const [, body, content, signature] = match ?? [];
  if (body === undefined || content === undefined || signature === undefined) return undefined;
  if (!(await verify(sessionSecret, "state", signedText(purpose, body), signature))) {
    return undefined;
  }
  return decoder.decode(base64url.decode(content));
}

/** The connection of a state that comes back to the callback of sign-ins, or undefined. */
export async function connectionOfCallback(
  sessionSecret: SessionSecret,
  state: string,
): Promise<string | undefined> {
  return (
    (await verifyState(sessionSecret, "connect", state)) ??
    (await verifyState(sessionSecret, "reconnect", state))
  );
}

/** The cookie that ties a user start to its browser: named by flow, so that flows can run in parallel. */
export async function browserBindingCookie(state: string): Promise<string> {
  return `__Host-azure_flow_${(await sha256Hex(state)).slice(0, 8)}`;
}
