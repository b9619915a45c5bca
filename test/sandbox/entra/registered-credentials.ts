import { X509Certificate } from "node:crypto";
import { exportSPKI, importX509 } from "jose";
import type { RegisteredCertificate, State } from "../state.ts";

/** Whose assertions the application trusts, beside its certificates. */
export const federatedSubject = "azure-integration-worker";

const base64urlOf = (hex: string) =>
  Buffer.from(hex.replaceAll(":", ""), "hex").toString("base64url");

/**
 * Reads a certificate as Entra takes one for an application: X.509 with an RSA key.
 *
 * @throws Error saying what is wrong with it
 */
export async function readCertificate(pem: string): Promise<RegisteredCertificate> {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw new Error("certificate: expected one X.509 certificate in PEM");
  }
  const { fingerprint, fingerprint256, validFrom, validTo, publicKey } = certificate;
  if (publicKey.asymmetricKeyType !== "rsa") throw new Error("certificate: expected an RSA key");
  // As it will be read when an assertion comes.
  await exportSPKI(await importX509(certificate.toString(), "RS256", { extractable: true }));
  return {
    pem: certificate.toString(),
    thumbprint: fingerprint.replaceAll(":", ""),
    x5t: base64urlOf(fingerprint),
    x5tS256: base64urlOf(fingerprint256),
    notBefore: Date.parse(validFrom),
    notAfter: Date.parse(validTo),
  };
}

/** The certificates registered for the application. The federated credential is there from the start. */
export class RegisteredCredentials {
  readonly #state: State;
  readonly #save: () => void;

  constructor(state: State, save: () => void) {
    this.#state = state;
    this.#save = save;
  }

  get certificates(): readonly RegisteredCertificate[] {
    return this.#state.certificates ?? [];
  }

  add(certificate: RegisteredCertificate): void {
    const others = this.certificates.filter(({ x5tS256 }) => x5tS256 !== certificate.x5tS256);
    this.#state.certificates = [...others, certificate];
    this.#save();
  }

  clear(): void {
    if (this.#state.certificates === undefined) return;
    delete this.#state.certificates;
    this.#save();
  }
}
