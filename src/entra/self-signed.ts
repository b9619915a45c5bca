import { derTag } from "./der.ts";

export interface CertificateRequest {
  /** What Entra's pages show it by. */
  commonName: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
}

/**
 * The certificate of a key pair, signed by itself (RFC 5280 §4.1).
 *
 * @param pair of RSASSA-PKCS1-v1_5 with SHA-256, its public half extractable
 * @param use what the key is for, as the certificate says
 * @returns its DER
 */
export async function selfSignedCertificate(
  pair: CryptoKeyPair,
  use: keyof typeof usages,
  { commonName, notBefore, notAfter }: CertificateRequest,
): Promise<Uint8Array<ArrayBuffer>> {
  const publicKey = await crypto.subtle.exportKey("spki", pair.publicKey);
  // The platform's types know of JWK here, which is another format.
  if (!(publicKey instanceof ArrayBuffer)) throw new TypeError("a key was not exported as bytes");
  const name = sequence(
    der(0x31, sequence(commonNameId, der(utf8String, new TextEncoder().encode(commonName)))),
  );
  const serial = crypto.getRandomValues(new Uint8Array(16));
  // Positive, and without a zero byte in front.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const signed = sequence(
    der(derTag.version, der(derTag.integer, Uint8Array.of(2))),
    der(derTag.integer, serial),
    sha256WithRsa,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    new Uint8Array(publicKey),
    der(0xa3, sequence(noAuthority, usages[use])),
  );
  const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", pair.privateKey, signed);
  const bits = der(derTag.bitString, Uint8Array.of(0), new Uint8Array(signature));
  return sequence(signed, sha256WithRsa, bits);
}

const utf8String = 0x0c;

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const digits = length.toString(16);
  const long = (digits.length % 2 === 0 ? digits : `0${digits}`).match(/../g) ?? [];
  const size =
    length < 0x80
      ? [length]
      : [0x80 + long.length, ...long.map((pair) => Number.parseInt(pair, 16))];
  return Uint8Array.from([tag, ...size, ...parts.flatMap((part) => [...part])]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(derTag.sequence, ...parts);
const objectId = (...bytes: readonly number[]) => der(derTag.objectId, Uint8Array.from(bytes));
const octets = (content: Uint8Array) => der(derTag.octetString, content);

/** 1.2.840.113549.1.1.11, with its empty parameters. */
const sha256WithRsa = sequence(
  objectId(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b),
  Uint8Array.of(0x05, 0),
);
/** 2.5.4.3 */
const commonNameId = objectId(0x55, 0x04, 0x03);
/** basicConstraints (2.5.29.19): it vouches for no other certificate. */
const noAuthority = sequence(objectId(0x55, 0x1d, 0x13), octets(sequence()));
/** keyUsage (2.5.29.15), critical; its bits begin at the highest, and the unused ones are counted. */
const keyUsage = (unused: number, bits: number) =>
  sequence(
    objectId(0x55, 0x1d, 0x0f),
    Uint8Array.of(0x01, 1, 0xff),
    octets(der(derTag.bitString, Uint8Array.of(unused, bits))),
  );
const usages = {
  /** digitalSignature */
  signs: keyUsage(7, 0x80),
  /** keyEncipherment */
  encrypts: keyUsage(5, 0x20),
} as const;

/** RFC 5280 §4.1.2.5: two digits for years through 2049. */
function time(milliseconds: number): Uint8Array {
  const digits = `${new Date(milliseconds).toISOString().replaceAll(/[-:T]|\.\d+/g, "")}`;
  const isShort = Number(digits.slice(0, 4)) < 2050;
  return der(
    isShort ? derTag.utcTime : derTag.generalizedTime,
    new TextEncoder().encode(isShort ? digits.slice(2) : digits),
  );
}
