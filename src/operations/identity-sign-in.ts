import type { Config } from "../config/config.ts";
import { signState } from "../connection/grant/authorization-state.ts";
import {
  detachedFailure,
  detachedRedirectUri,
  redeemDetached,
  unproven,
  type DetachedAnswer,
} from "../connection/grant/detached-sign-in.ts";
import type { Prompt } from "../contract/connection-rpc.ts";
import type { Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { authorizationUrl } from "../entra/authorization-request.ts";
import type { IdTokenIdentity } from "../entra/id-token.ts";
import { newSignInSecrets } from "../entra/sign-in-secrets.ts";

/**
 * A sign-in of which nothing is wanted but who signed in, and of which no object keeps the secrets: its
 * caller seals them in a cookie of the browser.
 */

/** The purposes of such sign-ins. */
export type IdentityPurpose = "tenant_proof" | "console";

/** What it takes to finish one. */
export interface IdentitySignIn {
  purpose: IdentityPurpose;
  /** The only tenant that may answer. */
  tenant: string;
  nonce: string;
  codeVerifier: string;
}

/** Nothing but who signed in. */
const identityScopes = ["openid", "profile"] as const;

/** Makes the address at Microsoft, and what has to be kept until the answer comes. */
export async function beginIdentitySignIn(
  config: Config,
  { purpose, tenant, prompt }: Pick<IdentitySignIn, "purpose" | "tenant"> & { prompt?: Prompt },
): Promise<IdentitySignIn & { authUrl: string; state: string }> {
  const { cloud, clientId, sessionSecret } = config;
  // What has to be found again is in the cookie; a state cannot be empty.
  const state = await signState(sessionSecret, purpose, "cookie");
  const { nonce, codeVerifier, codeChallenge } = await newSignInSecrets();
  const authUrl = authorizationUrl({
    cloud,
    clientId,
    tenant,
    redirectUri: detachedRedirectUri(config, purpose),
    scopes: identityScopes,
    state,
    nonce,
    codeChallenge,
    prompt,
  });
  return { purpose, tenant, nonce, codeVerifier, authUrl, state };
}

/** Redeems the answer: who signed in, by an id_token that was verified in full. */
export async function redeemIdentity(
  config: Config,
  signIn: IdentitySignIn,
  answer: DetachedAnswer,
): Promise<Result<IdTokenIdentity, Failure>> {
  const wanted = { ...signIn, scopes: identityScopes, identityOnly: true } as const;
  const redeemed = await redeemDetached(config, wanted, answer);
  if (!redeemed.ok) return err(detachedFailure(config, signIn, redeemed.error, answer.now()));
  const { idToken: identity } = redeemed.value;
  return identity === undefined ? err(unproven()) : ok(identity);
}
