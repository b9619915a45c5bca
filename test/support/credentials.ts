import { readClientCertificate } from "../../src/entra/certificate.ts";
import type { Credential } from "../../src/entra/credential.ts";
import { newCertificate } from "../../src/entra/new-certificate.ts";

/** Client secrets as the configuration makes them. */
export const secretCredentials = (...secrets: string[]): Credential[] =>
  secrets.map((secret, index) => ({
    kind: "secret",
    variable: "AZURE_CLIENT_SECRET",
    secret,
    position: index + 1,
  }));

const day = 86_400_000;

/** A new certificate with its key, and both in one PEM text as a variable holds them. */
export async function newClientCertificate({
  notBefore = Date.now() - day,
  notAfter = Date.now() + 365 * day,
} = {}) {
  const made = await newCertificate({ commonName: "test", notBefore, notAfter });
  return { ...made, pem: made.privateKey + made.certificate };
}

/** @throws Error with what is wrong with it */
export function certificateCredential(
  pem: string,
  variable: "AZURE_CLIENT_CERTIFICATE" | "AZURE_CLIENT_CERTIFICATE_2" = "AZURE_CLIENT_CERTIFICATE",
): Credential {
  const read = readClientCertificate(pem);
  if (!read.ok) throw new Error(`${variable} ${read.error}`);
  return { kind: "certificate", variable, certificate: read.value };
}
