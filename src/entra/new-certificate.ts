import { exportPKCS8, exportSPKI, generateKeyPair } from "jose";
import { derTag } from "./der.ts";
import { readPem } from "./pem.ts";

/** Keys and self-signed certificates, as `npm run make-certificate` and tests need them. */

/** Of 2048 bits: it takes a tenth of a second, and fits with its certificate into one variable. */
const newKeyPair = () => generateKeyPair("RS256", { extractable: true });

/** @param label `PRIVATE KEY`, `CERTIFICATE`… */
function pemOf(label: string, bytes: ArrayBuffer | Uint8Array): string {
  const binary = String.fromCharCode(...new Uint8Array(bytes));
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** A new private key as PKCS8 in PEM. */
export const newPrivateKey = async (): Promise<string> =>
  `${await exportPKCS8((await newKeyPair()).privateKey)}\n`;

export interface CertificateRequest {
  /** What Entra's pages show it by. */
  commonName: string;
  /** Milliseconds since the epoch. */
  notBefore: number;
  notAfter: number;
}

/** In PEM. The private key is in none but the first. */
export interface NewCertificate {
  privateKey: string;
  certificate: string;
}

/** Makes an RSA key and a certificate of it, signed by itself (RFC 5280 §4.1). */
export async function newCertificate({
  commonName,
  notBefore,
  notAfter,
}: CertificateRequest): Promise<NewCertificate> {
  const pair = await newKeyPair();
  const [publicKey] = readPem(await exportSPKI(pair.publicKey));
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
    publicKey?.bytes ?? new Uint8Array(),
    der(0xa3, sequence(noAuthority, onlySigns)),
  );
  const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", pair.privateKey, signed);
  const bits = der(derTag.bitString, Uint8Array.of(0), new Uint8Array(signature));
  return {
    privateKey: `${await exportPKCS8(pair.privateKey)}\n`,
    certificate: pemOf("CERTIFICATE", sequence(signed, sha256WithRsa, bits)),
  };
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
/** keyUsage (2.5.29.15), critical: digitalSignature. */
const onlySigns = sequence(
  objectId(0x55, 0x1d, 0x0f),
  Uint8Array.of(0x01, 1, 0xff),
  octets(der(derTag.bitString, Uint8Array.of(7, 0x80))),
);

/** RFC 5280 §4.1.2.5: two digits for years through 2049. */
function time(milliseconds: number): Uint8Array {
  const digits = `${new Date(milliseconds).toISOString().replaceAll(/[-:T]|\.\d+/g, "")}`;
  const isShort = Number(digits.slice(0, 4)) < 2050;
  return der(
    isShort ? derTag.utcTime : derTag.generalizedTime,
    new TextEncoder().encode(isShort ? digits.slice(2) : digits),
  );
}
