import { base64url } from "jose";
import type { EncryptionKey } from "../../config/config.ts";
import { err, ok, type Result } from "../../contract/result.ts";

/** Which secret a ciphertext holds: part of the additional data, so that none opens in another's place. */
export type SealedColumn =
  | "refresh_token"
  | "access_token"
  | "code_verifier"
  | "candidate"
  | "delta_link"
  | "change_data"
  | "watch_key";

export type CipherFault = "unknown_key" | "tampered";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * AES-256-GCM for one connection. The first key seals, every key opens; the key id stands before the
 * ciphertext. Connection id and column are additional data: a row moved elsewhere does not open.
 */
export class TokenCipher {
  readonly #connectionId: string;
  readonly #keys: readonly EncryptionKey[];

  constructor(connectionId: string, keys: readonly EncryptionKey[]) {
    this.#connectionId = connectionId;
    this.#keys = keys;
  }

  async seal(column: SealedColumn, plaintext: string): Promise<string> {
    const [first] = this.#keys;
    if (first === undefined) throw new Error("no encryption key is configured");
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const ciphertext = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: this.#additionalData(column) },
      await importKey(first),
      encoder.encode(plaintext),
    );
    return [first.kid, base64url.encode(iv), base64url.encode(new Uint8Array(ciphertext))].join(
      ".",
    );
  }

  async open(column: SealedColumn, sealed: string): Promise<Result<string, CipherFault>> {
    const [kid, iv, ciphertext] = sealed.split(".");
    const key = this.#keys.find((candidate) => candidate.kid === kid);
    if (key === undefined) return err("unknown_key");
    try {
      const plaintext = await crypto.subtle.decrypt(
        {
          name: "AES-GCM",
          iv: base64url.decode(iv ?? ""),
          additionalData: this.#additionalData(column),
        },
        await importKey(key),
        base64url.decode(ciphertext ?? ""),
      );
      return ok(decoder.decode(plaintext));
    } catch {
      return err("tampered");
    }
  }

  /** Whether a ciphertext was made with the first key, or wants rewriting. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${this.#keys[0]?.kid}.`);
  }

  #additionalData(column: SealedColumn): Uint8Array {
    return encoder.encode(`${this.#connectionId}\n${column}`);
  }
}

/**
 * Keys of the configuration, imported once for all objects of an isolate. Keys, not promises: a promise
 * made for one object must not be awaited by another in workerd.
 */
const imported = new WeakMap<EncryptionKey, CryptoKey>();

async function importKey(encryptionKey: EncryptionKey): Promise<CryptoKey> {
  const known = imported.get(encryptionKey);
  if (known !== undefined) return known;
  const key = await crypto.subtle.importKey("raw", encryptionKey.key, "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  imported.set(encryptionKey, key);
  return key;
}
