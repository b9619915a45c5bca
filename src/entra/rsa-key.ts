import { hexOf } from "../contract/hex.ts";
import { base64url } from "jose";
import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { derTag, readDer, within } from "./der.ts";
import type { DerElement } from "./der.ts";
import type { PemBlock } from "./pem.ts";

/** Half of an RSA key that everybody may know, as a JWK has it. */
export interface RsaPublicKey {
  n: string;
  e: string;
}

/** A private key that signs, with its public half. */
export interface RsaKey extends RsaPublicKey {
  /** PKCS8. It is imported where it signs: a `CryptoKey` begun in one object must not be awaited in another. */
  pkcs8: Uint8Array<ArrayBuffer>;
}

/** 1.2.840.113549.1.1.1 */
const rsaEncryption = "2a864886f70d010101";
/** Shorter keys are refused by Entra. */
const leastBits = 2048;

/** An integer as a JWK has it: big-endian, without the zero byte of its sign. */
const unsigned = ({ content }: DerElement): string =>
  base64url.encode(content[0] === 0 ? content.subarray(1) : content);

const isRsa = (algorithm: DerElement | undefined): boolean => {
  const [oid] = within(algorithm, derTag.sequence) ?? [];
  return oid?.tag === derTag.objectId && hexOf(oid.content) === rsaEncryption;
};

/**
 * The RSA key in a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
 *
 * @returns undefined for a key of another kind
 */
export function publicKeyIn(info: DerElement | undefined): RsaPublicKey | undefined {
  const [algorithm, bits] = within(info, derTag.sequence) ?? [];
  if (!isRsa(algorithm) || bits?.tag !== derTag.bitString || bits.content[0] !== 0) {
    return undefined;
  }
  const [key] = readDer(bits.content.subarray(1)) ?? [];
  const [n, e] = within(key, derTag.sequence) ?? [];
  if (n?.tag !== derTag.integer || e?.tag !== derTag.integer) return undefined;
  return { n: unsigned(n), e: unsigned(e) };
}

/** The numbers of an RSAPrivateKey (RFC 8017 §A.1.2): version, n, e, d, p, q, dp, dq, qi. */
const numbersOfKey = 9;

/**
 * Reads one private key.
 *
 * @returns the key, or what is wrong with it, as the tail of a sentence that begins with where it stands
 */
export function readRsaKey({ label, bytes }: PemBlock): Result<RsaKey, string> {
  if (label === "ENCRYPTED PRIVATE KEY") {
    return err("must hold the key unencrypted: openssl pkcs8 -in key.pem -out plain.pem");
  }
  if (label === "RSA PRIVATE KEY") {
    return err(
      'must hold the key as PKCS8 ("BEGIN PRIVATE KEY"), not PKCS1: openssl pkcs8 -topk8 -nocrypt -in key.pem',
    );
  }
  const notRsa = "must hold an RSA key: Entra takes no other kind";
  if (label.endsWith(" PRIVATE KEY")) return err(notRsa);
  if (label !== "PRIVATE KEY") {
    return err('must hold a private key ("BEGIN PRIVATE KEY"), and no certificate or public key');
  }
  if (bytes === undefined) return err("must hold the whole key, in base64 between its PEM lines");
  const damaged = "must hold a whole PKCS8 key: this one is damaged or cut off";
  const [info, ...others] = readDer(bytes) ?? [];
  const [, algorithm, octets] = within(info, derTag.sequence) ?? [];
  if (others.length > 0 || algorithm === undefined) return err(damaged);
  if (!isRsa(algorithm)) return err(notRsa);
  const [key] = octets?.tag === derTag.octetString ? (readDer(octets.content) ?? []) : [];
  const numbers = within(key, derTag.sequence) ?? [];
  const [, n, e] = numbers;
  if (numbers.length < numbersOfKey || n === undefined || e === undefined) return err(damaged);
  const modulus = unsigned(n);
  return modulus.length * 6 < leastBits
    ? err(`must hold an RSA key of ${leastBits} bits at least`)
    : ok({ pkcs8: bytes, n: modulus, e: unsigned(e) });
}
