import * as z from "zod";
import type { Config } from "../config/config.ts";
import { signState } from "../connection/grant/authorization-state.ts";
import {
  detachedFailure,
  detachedRedirectUri,
  redeemDetached,
  unproven,
  type DetachedAnswer,
} from "../connection/grant/detached-sign-in.ts";
import { signInPurposes } from "../connection/grant/sign-in-purpose.ts";
import type { Prompt } from "../contract/connection-rpc.ts";
import type { Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { authorizationUrl } from "../entra/authorization-request.ts";
import type { IdTokenIdentity } from "../entra/id-token.ts";
import { newSignInSecrets } from "../entra/sign-in-secrets.ts";
import { seal, unseal } from "../platform/opaque.ts";

/**
 * A sign-in of which nothing is wanted but who signed in. No object keeps its secrets: they are sealed in
 * a cookie of the browser.
 */

/** The purposes of such sign-ins, with what the key is called that seals them. */
const keyOf = { tenant_proof: "tenant-proof", console: "console" } as const;
export type IdentityPurpose = keyof typeof keyOf;

/** What it takes to finish one. */
export const openSignInSchema = z.object({
  /** GUID: the only tenant that may answer. */
  tenant: z.string(),
  nonce: z.string(),
  code_verifier: z.string(),
  /** Milliseconds since the epoch. */
  expires_at: z.number(),
});
/** A sign-in under way, as its browser keeps it. */
export type OpenSignIn = z.infer<typeof openSignInSchema>;

/** Where the browser goes, and what it keeps meanwhile. */
export interface SealedSignIn {
  authUrl: string;
  state: string;
  /** For the cookie of {@link state}. */
  sealed: string;
}

/** Nothing but who signed in. */
const identityScopes = ["openid", "profile"] as const;

/**
 * Makes the address at Microsoft, and seals what has to be kept until the answer comes.
 *
 * @param kept the tenant, and what else the purpose keeps
 * @param now milliseconds since the epoch
 */
export async function beginIdentitySignIn<Kept extends Pick<OpenSignIn, "tenant">>(
  config: Config,
  purpose: IdentityPurpose,
  kept: Kept,
  { prompt, now }: { prompt?: Prompt | undefined; now: number },
): Promise<SealedSignIn> {
  const { cloud, clientId, sessionSecret } = config;
  // What has to be found again is in the cookie; a state cannot be empty.
  const state = await signState(sessionSecret, purpose, "cookie");
  const { nonce, codeVerifier, codeChallenge } = await newSignInSecrets();
  const authUrl = authorizationUrl({
    cloud,
    clientId,
    tenant: kept.tenant,
    redirectUri: detachedRedirectUri(config, purpose),
    scopes: identityScopes,
    state,
    nonce,
    codeChallenge,
    prompt,
  });
  const expiresAt = now + signInPurposes[purpose].ttlMs;
  const open = { ...kept, nonce, code_verifier: codeVerifier, expires_at: expiresAt };
  const sealed = await seal(sessionSecret, keyOf[purpose], [state], open);
  return { authUrl, state, sealed };
}

/**
 * What a browser kept of the sign-in of a state; undefined when it is another's, or over.
 *
 * @param schema of what the purpose keeps
 * @param now milliseconds since the epoch
 */
export async function openIdentitySignIn<Open extends OpenSignIn>(
  { sessionSecret }: Pick<Config, "sessionSecret">,
  purpose: IdentityPurpose,
  schema: z.ZodType<Open>,
  { state, sealed, now }: { state: string; sealed: string | undefined; now: number },
): Promise<Open | undefined> {
  const open = await unseal(sessionSecret, keyOf[purpose], [state], sealed ?? "", schema);
  return open !== undefined && open.expires_at > now ? open : undefined;
}

/** Redeems the answer: who signed in, by an id_token that was verified in full. */
export async function redeemIdentity(
  config: Config,
  purpose: IdentityPurpose,
  { tenant, nonce, code_verifier: codeVerifier }: OpenSignIn,
  answer: DetachedAnswer,
): Promise<Result<IdTokenIdentity, Failure>> {
  const signIn = { purpose, tenant, nonce, codeVerifier, scopes: identityScopes } as const;
  const redeemed = await redeemDetached(config, { ...signIn, identityOnly: true }, answer);
  if (!redeemed.ok) return err(detachedFailure(config, signIn, redeemed.error, answer.now()));
  const { idToken: identity } = redeemed.value;
  return identity === undefined ? err(unproven()) : ok(identity);
}
