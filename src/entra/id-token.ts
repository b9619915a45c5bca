import * as oauth from "oauth4webapi";
import { defined } from "../contract/defined.ts";
import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { findSigner } from "./signing-keys.ts";
import type { SigningKey, SigningKeysOptions } from "./signing-keys.ts";
import { tenantSatisfies } from "./tenant.ts";

/** Who signed in. Only `tenantId` and `objectId` together name a user; the rest may change. */
export interface IdTokenIdentity {
  tenantId: string;
  objectId: string;
  upn: string | null;
  name: string | null;
  loginHint: string | null;
  /** Template ids of the account's directory roles; absent: the registration does not ask for them. */
  directoryRoles?: readonly string[];
  /** Values of the application's own roles that the account was given; absent: none. */
  appRoles?: readonly string[];
}

export type IdTokenFailure =
  | "id_token_invalid"
  /** Genuine, but of a tenant that was not asked for. */
  | "wrong_tenant"
  /** The keys to check it with could not be fetched. */
  | "network";

export interface IdTokenCheck extends SigningKeysOptions {
  client: oauth.Client;
  /** The token endpoint's answer; of it `id_token` alone need not have been checked. */
  body: Record<string, unknown>;
  /** What the authorization request bound to this sign-in; undefined for a refresh, which has none. */
  nonce?: string;
  /** A tenant id, `organizations` (no personal account) or `consumers` (only those); default any. */
  expectedTenant?: string | undefined;
}

/**
 * Verifies the id_token of a token answer in full: its claims and times, the nonce, the issuer of
 * its own tenant, and the signature by a key of Entra's that may sign for that issuer.
 */
export async function verifyIdToken(
  check: IdTokenCheck,
): Promise<Result<IdTokenIdentity, IdTokenFailure>> {
  const token = check.body["id_token"];
  if (typeof token !== "string") return err("id_token_invalid");
  const signer = await findSigner(token, { ...check, clientId: check.client.client_id });
  if (signer === "unavailable") return err("network");
  if (signer === undefined) return err("id_token_invalid");
  const { key, tenantId, issuer } = signer;

  const claims = await verifiedClaims(check, issuer, key);
  if (claims === undefined) return err("id_token_invalid");
  const { oid } = claims;
  if (typeof oid !== "string" || oid === "") return err("id_token_invalid");
  if (!tenantSatisfies(tenantId, check.expectedTenant)) return err("wrong_tenant");
  return ok({
    tenantId: tenantId.toLowerCase(),
    objectId: oid.toLowerCase(),
    upn: textOf(claims["preferred_username"]),
    name: textOf(claims["name"]),
    loginHint: textOf(claims["login_hint"]),
    ...defined({ directoryRoles: textsOf(claims["wids"]), appRoles: textsOf(claims["roles"]) }),
  });
}

async function verifiedClaims(
  check: IdTokenCheck,
  issuer: string,
  key: SigningKey,
): Promise<oauth.IDToken | undefined> {
  // Metadata of the token's own tenant: the literal issuer of `common` would fit no token.
  const server: oauth.AuthorizationServer = {
    issuer,
    jwks_uri: `${check.cloud.authorityHost}/common/discovery/v2.0/keys`,
    id_token_signing_alg_values_supported: ["RS256"],
  };
  const response = Response.json(check.body);
  try {
    const tokens =
      check.nonce === undefined
        ? await oauth.processRefreshTokenResponse(server, check.client, response)
        : await oauth.processAuthorizationCodeResponse(server, check.client, response, {
            expectedNonce: check.nonce,
            requireIdToken: true,
          });
    await oauth.validateApplicationLevelSignature(server, response, {
      // The key was chosen above, by its issuer too: the library is to look no further. It gets a copy:
      // by the object it is given it remembers the promise of the imported key, and one that another
      // object began and did not live to end would be awaited for ever.
      [oauth.jwksCache]: { jwks: { keys: [{ ...key }] }, uat: Math.floor(Date.now() / 1000) },
    });
    return oauth.getValidatedIdTokenClaims(tokens);
  } catch {
    // The library's errors hold the tokens in their cause: nothing of them may go further.
    return undefined;
  }
}

const textsOf = (claim: unknown): string[] | undefined =>
  Array.isArray(claim) ? claim.filter((item) => typeof item === "string") : undefined;

const textOf = (claim: unknown): string | null =>
  typeof claim === "string" && claim !== "" ? claim : null;
