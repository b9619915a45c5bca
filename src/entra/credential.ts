import { hexOf } from "../contract/hex.ts";
import { base64url } from "jose";
import type { ClientCertificate } from "./certificate.ts";
import type { RsaKey } from "./rsa-key.ts";
import type { FaultyVariable } from "./meaning.ts";

/** Who gives an assertion of an issuer outside this Worker, and for what it is to be. */
export type AskAssertion = (request: { audience: string; tenantId: string }) => Promise<unknown>;

/**
 * What the application proves to Entra who it is with. The kinds stand in the order in which they are
 * tried: first those that hold nothing that could be stolen and used elsewhere for long.
 */
export type Credential =
  /** Assertions of another issuer, by the binding ASSERTION. */
  | { kind: "assertion"; variable: FaultyVariable; ask: AskAssertion }
  /** Assertions of this Worker's own issuer, whose keys Entra fetches from it. */
  | {
      kind: "federation";
      variable: FaultyVariable;
      key: RsaKey;
      /** `https://azure.example.com/federation`. */
      issuer: string;
      subject: string;
    }
  /** Assertions signed by the key of a certificate that is registered with Entra. */
  | { kind: "certificate"; variable: FaultyVariable; certificate: ClientCertificate }
  | {
      kind: "secret";
      variable: FaultyVariable;
      secret: string;
      /** From 1, among the secrets. */
      position: number;
    };

/** The issuer of the Worker itself, and the keys that it publishes: the first signs. */
export interface Federation {
  issuer: string;
  subject: string;
  keys: readonly RsaKey[];
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

const digest = async (name: "SHA-1" | "SHA-256", bytes: BufferSource) =>
  new Uint8Array(await crypto.subtle.digest(name, bytes));

/** RFC 7638: the id of a published key follows from the key, its members in this order. */
export const keyId = async ({ n, e }: RsaKey): Promise<string> =>
  base64url.encode(await digest("SHA-256", bytesOf(JSON.stringify({ e, kty: "RSA", n }))));

/** `x5t#S256` of RFC 7515 §4.1.8: by it Entra finds the certificate. */
export const thumbprint = async ({ der }: ClientCertificate): Promise<string> =>
  base64url.encode(await digest("SHA-256", der));

/**
 * What an operator knows a credential by: the thumbprint that Entra's pages show of a certificate, the
 * `kid` of a federation key, the binding's name, a secret's position.
 */
export async function credentialId(credential: Credential): Promise<string> {
  switch (credential.kind) {
    case "assertion":
      return credential.variable;
    case "federation":
      return keyId(credential.key);
    case "certificate": {
      const bytes = await digest("SHA-1", credential.certificate.der);
      return hexOf(bytes).toUpperCase();
    }
    case "secret":
      return String(credential.position);
  }
}

/** Another text for another credential: of the hash of all of them it shows when one has changed. */
export function credentialText(credential: Credential): string {
  switch (credential.kind) {
    case "assertion":
      return "assertion";
    case "federation":
      return `federation ${credential.issuer} ${credential.subject} ${credential.key.n}`;
    case "certificate":
      return `certificate ${base64url.encode(credential.certificate.der)}`;
    case "secret":
      return `secret ${credential.secret}`;
  }
}
