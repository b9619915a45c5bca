import {
  allKeys,
  base64url,
  bytesOf,
  newestKey,
  type KeyPurpose,
  type SessionSecret,
} from "./keys.ts";

type OpaquePurpose = Extract<
  KeyPurpose,
  "cursor" | "operation" | "tenant-proof" | "console" | "account-link"
>;

/** Of AES-GCM's nonce (NIST SP 800-38D §8.2.2), in bytes. */
const nonceSize = 12;
/** Every such text has its nonce and a tag of 16 bytes at least. */
const leastSize = nonceSize + 16;

const encoder = new TextEncoder();

/**
 * Text that a client keeps for us and can neither read, change nor use elsewhere: it is encrypted,
 * and its tag covers what it is bound to, which is not in the text.
 *
 * @param bindings what the reader must come with again: connection id, route
 * @returns base64url
 */
export async function makeOpaque(
  secret: SessionSecret,
  purpose: OpaquePurpose,
  bindings: readonly string[],
  content: string,
): Promise<string> {
  const key = await newestKey(secret, purpose, "cipher");
  const nonce = crypto.getRandomValues(new Uint8Array(nonceSize));
  const encrypted = await crypto.subtle.encrypt(
    algorithm(nonce, bindings),
    key,
    encoder.encode(content),
  );
  const bytes = new Uint8Array(nonceSize + encrypted.byteLength);
  bytes.set(nonce);
  bytes.set(new Uint8Array(encrypted), nonceSize);
  return base64url.encode(bytes);
}

/** The content of a text that was made for the same purpose and bindings, or undefined. */
export async function readOpaque(
  secret: SessionSecret,
  purpose: OpaquePurpose,
  bindings: readonly string[],
  opaque: string,
): Promise<string | undefined> {
  const bytes = bytesOf(opaque);
  if (bytes === undefined || bytes.byteLength < leastSize) return undefined;
  const using = algorithm(bytes.subarray(0, nonceSize), bindings);
  for (const key of await allKeys(secret, purpose, "cipher")) {
    try {
      const content = await crypto.subtle.decrypt(using, key, bytes.subarray(nonceSize));
      return new TextDecoder().decode(content);
    } catch {
      // Made by another version, for something else, or not by us.
    }
  }
  return undefined;
}

/** A document of ours that a client keeps: {@link makeOpaque} of its JSON. */
export const seal = (
  secret: SessionSecret,
  purpose: OpaquePurpose,
  bindings: readonly string[],
  document: object,
): Promise<string> => makeOpaque(secret, purpose, bindings, JSON.stringify(document));

/** What knows the form of a document, as zod's schemas do. */
interface Schema<Document> {
  safeParse(value: unknown): { data?: Document | undefined };
}

/** The document that was sealed for the same purpose and bindings, or undefined. */
export async function unseal<Document>(
  secret: SessionSecret,
  purpose: OpaquePurpose,
  bindings: readonly string[],
  sealed: string,
  schema: Schema<Document>,
): Promise<Document | undefined> {
  const text = await readOpaque(secret, purpose, bindings, sealed);
  // It opened, so this Worker wrote it: maybe another version of it.
  return text === undefined ? undefined : schema.safeParse(JSON.parse(text)).data;
}

const algorithm = (iv: Uint8Array<ArrayBuffer>, bindings: readonly string[]) => ({
  name: "AES-GCM",
  iv,
  additionalData: encoder.encode(bound(bindings)),
});

/** Lengths keep one list of bindings from reading like another. */
const bound = (bindings: readonly string[]): string =>
  bindings.map((part) => `${part.length}:${part}`).join("\n");
