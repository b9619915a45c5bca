import { CompactEncrypt, compactDecrypt } from "jose";

/**
 * Seals what an opaque token stands for, so that codes and refresh tokens need no table: Entra's
 * own are encrypted blobs too. The purpose is part of the sealed text: a code is no refresh token.
 */
export class Sealer {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** @returns `prefix` and a compact JWE, unguessable and unreadable without the key. */
  async seal(purpose: string, prefix: string, content: unknown): Promise<string> {
    const plain = new TextEncoder().encode(JSON.stringify({ purpose, content }));
    const jwe = await new CompactEncrypt(plain)
      .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
      .encrypt(this.#key);
    return `${prefix}${jwe}`;
  }

  /** @returns the sealed content, or undefined when it is not ours, changed, or for another use. */
  async open(purpose: string, prefix: string, token: string): Promise<unknown> {
    if (!token.startsWith(prefix)) return undefined;
    try {
      const { plaintext } = await compactDecrypt(token.slice(prefix.length), this.#key);
      const sealed: unknown = JSON.parse(new TextDecoder().decode(plaintext));
      const matches = typeof sealed === "object" && sealed !== null && "purpose" in sealed;
      return matches && sealed.purpose === purpose && "content" in sealed
        ? sealed.content
        : undefined;
    } catch {
      return undefined;
    }
  }
}
