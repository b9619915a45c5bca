import { exportPKCS8, generateKeyPair } from "jose";
import { selfSignedCertificate, type CertificateRequest } from "./self-signed.ts";

/** Keys and self-signed certificates in PEM, as `npm run make-certificate` and tests need them. */

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

/** In PEM. The private key is in none but the first. */
export interface NewCertificate {
  privateKey: string;
  certificate: string;
}

/** Makes an RSA key and a certificate of it, signed by itself. */
export async function newCertificate(request: CertificateRequest): Promise<NewCertificate> {
  const pair = await newKeyPair();
  return {
    privateKey: `${await exportPKCS8(pair.privateKey)}\n`,
    certificate: pemOf("CERTIFICATE", await selfSignedCertificate(pair, "signs", request)),
  };
}
