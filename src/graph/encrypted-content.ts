import { err, ok, type Result } from "../contract/result.ts";
import { isRecord, parseJson, textOf, type JsonRecord } from "../http/json.ts";

/** An item as a notification brings it: for the holder of one private key alone. */
export interface EncryptedContent {
  /** Which certificate it was encrypted for, by the name that the subscriber gave it. */
  certificateId: string;
  /** The item's JSON by AES-256-CBC, its IV the first 16 bytes of the key. */
  data: Uint8Array<ArrayBuffer>;
  /** HMAC-SHA256 of `data` by the same key. */
  signature: Uint8Array<ArrayBuffer>;
  /** That key by RSA-OAEP with SHA-1. */
  key: Uint8Array<ArrayBuffer>;
}

/** Why an item cannot be read. Whoever sent it learns nothing of this. */
export type ContentFault =
  /** The key of the data is not for this private key, or none. */
  | "key"
  /** It was changed on its way: nothing was decrypted. */
  | "signature"
  /** What it holds is no item. */
  | "content";

/** Longest base64 of a key: by RSA of 4096 bits, the longest that Graph takes. */
const longestKey = 684;
/** Of 32 bytes. */
const signatureLength = 44;
const keyBytes = 32;
const vectorBytes = 16;

/**
 * Reads the `encryptedContent` of a notification.
 *
 * @returns undefined where a part is absent, too long or no base64
 */
export function readEncryptedContent(value: unknown): EncryptedContent | undefined {
  if (!isRecord(value)) return undefined;
  const certificateId = textOf(value["encryptionCertificateId"]);
  const data = base64In(value["data"], Infinity);
  const signature = base64In(value["dataSignature"], signatureLength);
  const key = base64In(value["dataKey"], longestKey);
  return certificateId === undefined || !data || !signature || !key
    ? undefined
    : { certificateId, data, signature, key };
}

/**
 * Decrypts an item. Its signature is verified first, in constant time: what is not Graph's is never
 * decrypted.
 *
 * @param privateKey for RSA-OAEP with SHA-1, allowed to decrypt
 */
export async function openContent(
  { data, signature, key: sealedKey }: EncryptedContent,
  privateKey: CryptoKey,
): Promise<Result<JsonRecord, ContentFault>> {
  const { subtle } = crypto;
  const raw = await subtle
    .decrypt({ name: "RSA-OAEP" }, privateKey, sealedKey)
    .catch(() => undefined);
  if (raw?.byteLength !== keyBytes) return err("key");
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const macKey = await subtle.importKey("raw", raw, hmac, false, ["verify"]);
  if (!(await subtle.verify("HMAC", macKey, signature, data))) return err("signature");
  const key = await subtle.importKey("raw", raw, "AES-CBC", false, ["decrypt"]);
  const iv = raw.slice(0, vectorBytes);
  const plain = await subtle.decrypt({ name: "AES-CBC", iv }, key, data).catch(() => undefined);
  const item = plain && parseJson(new TextDecoder().decode(plain));
  return isRecord(item) ? ok(item) : err("content");
}

function base64In(value: unknown, longest: number): Uint8Array<ArrayBuffer> | undefined {
  const text = textOf(value);
  if (text === undefined || text === "" || text.length > longest) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
