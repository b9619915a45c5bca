import { exportJWK, importPKCS8, importX509 } from "jose";
import type { CryptoKey, JWK } from "jose";
import { generate } from "selfsigned";
import { base64url } from "./encoding.ts";
import type { SigningMaterial } from "./state.ts";

export interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  /** The public key as Entra's JWKS shows it, without `issuer`. */
  jwk: JWK & { kid: string; x5t: string; x5c: string[] };
}

const hexToBase64url = (hex: string) =>
  base64url(Uint8Array.from(hex.split(":"), (byte) => Number.parseInt(byte, 16)));

/** Whose key signs: Entra's, or the application's own, which signs its id_tokens alone. */
export type KeyOwner = "entra" | "application";

const made: Partial<Record<KeyOwner, Promise<SigningMaterial>>> = {};

/**
 * A key pair and the certificate Entra would publish in `x5c`: one per owner and process, since
 * making it is the slowest thing a sandbox does and a test file may make fifty sandboxes.
 */
export function signingMaterial(owner: KeyOwner): Promise<SigningMaterial> {
  return (made[owner] ??= generateSigningMaterial());
}

async function generateSigningMaterial(): Promise<SigningMaterial> {
  const pair = await generate(
    [{ name: "commonName", value: "accounts.accesscontrol.windows.net" }],
    { keyType: "rsa", keySize: 2048, algorithm: "sha256" },
  );
  return {
    privateKey: pair.private,
    certificate: pair.cert,
    thumbprint: hexToBase64url(pair.fingerprint),
  };
}

export async function importSigningKey(material: SigningMaterial): Promise<SigningKey> {
  const privateKey = await importPKCS8(material.privateKey, "RS256");
  const publicKey = await importX509(material.certificate, "RS256", { extractable: true });
  const { n, e } = await exportJWK(publicKey);
  const kid = material.thumbprint;
  const x5c = [material.certificate.replaceAll(/-----[A-Z ]+-----|\s/g, "")];
  // Like Entra's, the key names no `alg`.
  const jwk = { kty: "RSA", use: "sig", kid, x5t: kid, x5c, ...(n && e ? { n, e } : {}) };
  return { kid, privateKey, publicKey, jwk };
}
