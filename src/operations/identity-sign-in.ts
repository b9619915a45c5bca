import type { Config } from "../config/config.ts";
import { signState } from "../connection/grant/authorization-state.ts";
import { signInPurposes } from "../connection/grant/sign-in-purpose.ts";
import { remedyOf } from "../connection/policy/remedies.ts";
import { signInFailure } from "../connection/policy/sign-in-failure.ts";
import type { Prompt } from "../contract/connection-rpc.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { authorizationUrl } from "../entra/authorization-request.ts";
import type { IdTokenIdentity } from "../entra/id-token.ts";
import { newSignInSecrets } from "../entra/sign-in-secrets.ts";
import { createTokenEndpoint } from "../entra/token-endpoint.ts";

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

const redirectUriOf = ({ publicOrigin }: Pick<Config, "publicOrigin">, purpose: IdentityPurpose) =>
  `${publicOrigin}${signInPurposes[purpose].callbackPath}`;

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
    redirectUri: redirectUriOf(config, purpose),
    scopes: identityScopes,
    state,
    nonce,
    codeChallenge,
    prompt,
  });
  return { purpose, tenant, nonce, codeVerifier, authUrl, state };
}

/** Microsoft's answer to the sign-in. */
export interface IdentityAnswer {
  state: string;
  /** The parameters of the callback, as they came. */
  response: URLSearchParams;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Redeems the answer: who signed in, by an id_token that was verified in full. */
export async function redeemIdentity(
  config: Config,
  { purpose, tenant, nonce, codeVerifier }: IdentitySignIn,
  { state, response, now }: IdentityAnswer,
): Promise<Result<IdTokenIdentity, Failure>> {
  const { cloud, clientId, credentials, publicOrigin } = config;
  const endpoint = createTokenEndpoint({
    cloud,
    clientId,
    credentials,
    fetch: (input, init) => fetch(input, init),
    now,
  });
  const redeemed = await endpoint.redeemCode({
    tenant,
    expectedTenant: tenant,
    response,
    state,
    redirectUri: redirectUriOf(config, purpose),
    codeVerifier,
    nonce,
    scopes: identityScopes,
    identityOnly: true,
  });
  if (!redeemed.ok) {
    const circumstances = { tenantId: tenant, scopes: [], now: now(), publicOrigin };
    const remedy = remedyOf(redeemed.error.disposition, circumstances);
    return err(signInFailure(redeemed.error, { tenant, remedy }));
  }
  const { idToken: identity } = redeemed.value;
  return identity === undefined ? err(unproven()) : ok(identity);
}

const unproven = (): Failure =>
  failure("invalid_request", "Microsoft did not say who signed in: start again.", {
    details: { reason: "id_token_invalid" },
  });
