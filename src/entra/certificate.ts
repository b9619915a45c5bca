import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { derTag, readDer, within } from "./der.ts";
import type { DerElement } from "./der.ts";
import { readPem } from "./pem.ts";
import { publicKeyIn, readRsaKey } from "./rsa-key.ts";
import type { RsaKey, RsaPublicKey } from "./rsa-key.ts";

/** A certificate of the application, with the private key that it vouches for. */
export interface ClientCertificate {
  key: RsaKey;
  /** As it is registered with Entra: its thumbprints are made of these bytes. */
  der: Uint8Array<ArrayBuffer>;
  /** When it ends; milliseconds since the epoch. */
  notAfter: number;
}

/** What of a certificate is read here (RFC 5280 §4.1). */
interface CertificateFields {
  publicKey: RsaPublicKey | undefined;
  notAfter: number;
}

/**
 * Reads a private key and its certificate from one PEM text. Other certificates beside it, as of a chain,
 * are left out: Entra knows the one that was registered.
 *
 * @returns both, or what is wrong, as the tail of a sentence that begins with the variable's name
 */
export function readClientCertificate(text: string): Result<ClientCertificate, string> {
  const blocks = readPem(text);
  const keys = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const certificates = blocks.filter(({ label }) => label === "CERTIFICATE");
  const [first, ...others] = keys;
  if (first === undefined) {
    return err(
      certificates.length > 0
        ? 'must hold the private key too ("BEGIN PRIVATE KEY"), beside its certificate'
        : 'must be PEM: a private key ("BEGIN PRIVATE KEY") and its certificate ("BEGIN CERTIFICATE")',
    );
  }
  if (others.length > 0) return err("must hold one private key, not several");
  const key = readRsaKey(first);
  if (!key.ok) return key;
  if (certificates.length === 0) {
    return err('must hold the certificate too ("BEGIN CERTIFICATE"), beside its private key');
  }
  let readable = false;
  for (const { bytes } of certificates) {
    const fields = bytes && fieldsOf(bytes);
    if (bytes === undefined || fields === undefined) continue;
    readable = true;
    const { publicKey, notAfter } = fields;
    if (publicKey?.n === key.value.n && publicKey.e === key.value.e) {
      return ok({ key: key.value, der: bytes, notAfter });
    }
  }
  return err(
    readable
      ? "must hold the certificate of its private key: the two do not belong together"
      : "must hold a whole certificate: this one is damaged or cut off",
  );
}

function fieldsOf(bytes: Uint8Array): CertificateFields | undefined {
  const [certificate] = readDer(bytes) ?? [];
  const [signed] = within(certificate, derTag.sequence) ?? [];
  const fields = within(signed, derTag.sequence) ?? [];
  // The version is left out of certificates of the first one.
  const own = fields[0]?.tag === derTag.version ? fields.slice(1) : fields;
  const [, , , validity, , publicKey] = own;
  const [, end] = within(validity, derTag.sequence) ?? [];
  const notAfter = timeOf(end);
  return notAfter === undefined ? undefined : { publicKey: publicKeyIn(publicKey), notAfter };
}

/** RFC 5280 §4.1.2.5: `YYMMDDHHMMSSZ`, of which 50 and more are of the last century, or with the whole year. */
function timeOf(element: DerElement | undefined): number | undefined {
  if (element === undefined) return undefined;
  const text = String.fromCharCode(...element.content.subarray(0, 16));
  const full =
    element.tag === derTag.utcTime ? `${Number(text.slice(0, 2)) < 50 ? 20 : 19}${text}` : text;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}
