import { constants, createCipheriv, createHmac, publicEncrypt, randomBytes } from "node:crypto";
import { readCertificate } from "./subscription-input.ts";

/** A resource that only who holds a certificate's key can read. */
export interface EncryptedContent {
  /** Base64, AES-256-CBC; the first 16 bytes of the key are the initialization vector. */
  data: string;
  /** Base64, HMAC-SHA256 of the bytes of `data` by the same key. */
  dataSignature: string;
  /** Base64, the key by RSA-OAEP with SHA-1. */
  dataKey: string;
  encryptionCertificateId: string;
  /** SHA-1 of the certificate, hexadecimal. */
  encryptionCertificateThumbprint: string;
}

export interface Recipient {
  /** Base64 of the certificate. */
  certificate: string;
  /** The subscriber's name of it. */
  certificateId: string;
}

const KEY_BYTES = 32;
const VECTOR_BYTES = 16;

/** Encrypts a resource as Graph does for notifications: under a key of its own each time. */
export function encryptedContent(
  text: string,
  { certificate: base64, certificateId }: Recipient,
): EncryptedContent {
  const certificate = readCertificate(base64);
  const key = randomBytes(KEY_BYTES);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, VECTOR_BYTES));
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return {
    data: data.toString("base64"),
    dataSignature: createHmac("sha256", key).update(data).digest("base64"),
    dataKey: publicEncrypt({ key: certificate.publicKey, padding, oaepHash: "sha1" }, key).toString(
      "base64",
    ),
    encryptionCertificateId: certificateId,
    encryptionCertificateThumbprint: certificate.fingerprint.replaceAll(":", ""),
  };
}
