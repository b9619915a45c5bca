import { base64url, deriveKey, mac, verifyMac, type KeyPurpose } from "../keys.ts";

type SignedPurpose = Extract<KeyPurpose, "cursor" | "operation">;

/**
 * Text a client keeps for us and cannot change, or use elsewhere: the MAC covers what it is bound
 * to, which is not in the text.
 *
 * @param bindings what the reader must come with again: connection id, route
 */
export async function seal(
  sessionSecret: string,
  purpose: SignedPurpose,
  bindings: readonly string[],
  content: string,
): Promise<string> {
  const payload = base64url.encode(content);
  const key = await deriveKey(sessionSecret, purpose);
  return `${payload}.${await mac(key, bound(bindings, payload))}`;
}

/** The content of a sealed text under the same bindings, or undefined. */
export async function open(
  sessionSecret: string,
  purpose: SignedPurpose,
  bindings: readonly string[],
  sealed: string,
): Promise<string | undefined> {
  const [payload, signature, ...rest] = sealed.split(".");
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined;
  const key = await deriveKey(sessionSecret, purpose);
  if (!(await verifyMac(key, bound(bindings, payload), signature))) return undefined;
  return new TextDecoder().decode(base64url.decode(payload));
}

/** Lengths keep one list of bindings from reading like another. */
const bound = (bindings: readonly string[], payload: string): string =>
  [...bindings, payload].map((part) => `${part.length}:${part}`).join("\n");
