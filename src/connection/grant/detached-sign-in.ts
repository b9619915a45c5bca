import type { Config } from "../../config/config.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import type { Result } from "../../contract/result.ts";
import { isSharedTenant } from "../../entra/tenant.ts";
import { createTokenEndpoint, type TokenFailure } from "../../entra/token-endpoint.ts";
import type { TokenSet } from "../../entra/token-set.ts";
import { remedyOf } from "../policy/remedies.ts";
import { signInFailure } from "../policy/sign-in-failure.ts";
import { signInPurposes, type SignInPurpose } from "./sign-in-purpose.ts";

/** A sign-in that no connection is asked about: whose it is shows only at its end. */

/** What it takes to finish one. */
export interface DetachedSignIn {
  purpose: SignInPurpose;
  /** Where it was asked for, and who may answer. */
  tenant: string;
  nonce: string;
  codeVerifier: string;
  scopes: readonly string[];
  /** Nothing is wanted but who signed in. */
  identityOnly?: true;
}

/** Microsoft's answer to it. */
export interface DetachedAnswer {
  state: string;
  /** The parameters of the callback, as they came. */
  response: URLSearchParams;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Where Microsoft sends the browser back to. */
export const detachedRedirectUri = (
  { publicOrigin }: Pick<Config, "publicOrigin">,
  purpose: SignInPurpose,
): string => `${publicOrigin}${signInPurposes[purpose].callbackPath}`;

/** Redeems the answer's code. */
export function redeemDetached(
  config: Config,
  { purpose, tenant, ...signIn }: DetachedSignIn,
  { now, ...answer }: DetachedAnswer,
): Promise<Result<TokenSet, TokenFailure>> {
  const { cloud, clientId, credentials } = config;
  const endpoint = createTokenEndpoint({
    cloud,
    clientId,
    credentials,
    fetch: (input, init) => fetch(input, init),
    now,
  });
  return endpoint.redeemCode({
    ...signIn,
    ...answer,
    tenant,
    expectedTenant: tenant,
    redirectUri: detachedRedirectUri(config, purpose),
  });
}

/** Why nobody signed in. */
export function detachedFailure(
  { publicOrigin }: Pick<Config, "publicOrigin">,
  { tenant }: Pick<DetachedSignIn, "tenant">,
  refusal: TokenFailure,
  now: number,
): Failure {
  const remedy = remedyOf(refusal.disposition, {
    tenantId: isSharedTenant(tenant) ? null : tenant,
    scopes: [],
    publicOrigin,
    now,
  });
  return signInFailure(refusal, { tenant, remedy });
}

/** An answer without an id_token. */
export const unproven = (): Failure =>
  failure("invalid_request", "Microsoft did not say who signed in: start again.", {
    details: { reason: "id_token_invalid" },
  });
