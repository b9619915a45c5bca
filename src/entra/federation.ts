import { keyId } from "./credential.ts";
import type { Federation } from "./credential.ts";

/**
 * The documents of this Worker's own issuer, by which Entra checks its assertions: OpenID Connect
 * Discovery 1.0 §3, with what it requires of an issuer that signs in nobody, and a JWK set (RFC 7517 §5).
 */

export const discoveryPath = "/.well-known/openid-configuration";
export const keySetPath = "/jwks.json";

export interface DiscoveryDocument {
  issuer: string;
  jwks_uri: string;
  response_types_supported: string[];
  subject_types_supported: string[];
  id_token_signing_alg_values_supported: string[];
}

export const discoveryDocument = ({ issuer }: Federation): DiscoveryDocument => ({
  issuer,
  jwks_uri: `${issuer}${keySetPath}`,
  response_types_supported: ["id_token"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
});

export interface PublishedKey {
  kty: "RSA";
  use: "sig";
  alg: "RS256";
  kid: string;
  n: string;
  e: string;
}

/** Every key, so that an assertion of the one that signed until now verifies for as long as it lives. */
export const keySet = async ({ keys }: Federation): Promise<{ keys: PublishedKey[] }> => ({
  keys: await Promise.all(
    keys.map(async (key) => ({
      kty: "RSA" as const,
      use: "sig" as const,
      alg: "RS256" as const,
      kid: await keyId(key),
      n: key.n,
      e: key.e,
    })),
  ),
});
