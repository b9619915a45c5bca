import type { Config } from "../config/config.ts";
import type { McpSignIn } from "../config/mcp-sign-in.ts";
import { signState } from "../connection/grant/authorization-state.ts";
import {
  detachedFailure,
  detachedRedirectUri,
  redeemDetached,
  unproven,
  type DetachedAnswer,
} from "../connection/grant/detached-sign-in.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { authorizationUrl } from "../entra/authorization-request.ts";
import { defaultScopes, graphAlone, scopesForTenant, tokenScopes } from "../entra/resource.ts";
import { newSignInSecrets, type SignInSecrets } from "../entra/sign-in-secrets.ts";
import { authorityTenant, isTenantId } from "../entra/tenant.ts";
import type { StepOf } from "./transactions.ts";

/** Stand-alone: the Microsoft account that signs in is the user. */
export type Standalone = Extract<McpSignIn, { kind: "standalone" }>;

/** Who signed in, and the grant that came with it. */
export interface SignedInAccount {
  /** `{oid}@{tid}`. */
  userId: string;
  tenantId: string;
  /** As its user knows it. */
  name: string;
  refreshToken: string;
}

/** The authority of a sign-in: as narrow as one address can be. */
export function signInTenant(
  { tenantId }: Pick<Config, "tenantId">,
  { tenants }: Standalone,
): string {
  if (isTenantId(tenantId) || tenants === "any") return authorityTenant(tenantId);
  const [only, ...others] = tenants;
  return only !== undefined && others.length === 0 ? only : "organizations";
}

/** What the step at Microsoft has to remember, before its state is known. */
export async function microsoftStep(
  tenant: string,
): Promise<{ data: StepOf<"microsoft">; secrets: SignInSecrets }> {
  const secrets = await newSignInSecrets();
  const { nonce, codeVerifier } = secrets;
  return { data: { step: "microsoft", tenant, nonce, code_verifier: codeVerifier }, secrets };
}

/** Where the browser goes: Microsoft asks which account, every time. */
export async function microsoftUrl(
  config: Config,
  tenant: string,
  handle: string,
  { nonce, codeChallenge }: SignInSecrets,
): Promise<string> {
  return authorizationUrl({
    cloud: config.cloud,
    clientId: config.clientId,
    tenant,
    redirectUri: detachedRedirectUri(config, "mcp"),
    scopes: scopesAt(tenant, config),
    state: await signState(config.sessionSecret, "mcp", handle),
    nonce,
    codeChallenge,
    prompt: "select_account",
  });
}

/**
 * Redeems Microsoft's answer. No connection is asked: whose it is shows only now.
 *
 * @returns `personal_account`: it has to sign in once more, at `consumers`; `forbidden` for an account of
 *   another tenant than those that may
 */
export async function signedInAccount(
  config: Config,
  { tenants }: Standalone,
  { tenant, nonce, code_verifier: codeVerifier }: StepOf<"microsoft">,
  answer: DetachedAnswer,
): Promise<Result<SignedInAccount, Failure | "personal_account">> {
  const scopes = tokenScopes("graph", tenant, scopesAt(tenant, config), config.cloud);
  const signIn = { purpose: "mcp", tenant, nonce, codeVerifier, scopes } as const;
  const redeemed = await redeemDetached(config, signIn, answer);
  if (!redeemed.ok) {
    // At `common` this refusal is the first sign of a personal account: it cannot be asked for ARM.
    return err(
      tenant === "common" && redeemed.error.code === "invalid_scope"
        ? "personal_account"
        : detachedFailure(config, signIn, redeemed.error, answer.now()),
    );
  }
  const { idToken: identity, refreshToken } = redeemed.value;
  if (identity === undefined || refreshToken === undefined) return err(unproven());
  const { tenantId, objectId, upn, name } = identity;
  if (tenants !== "any" && !tenants.includes(tenantId.toLowerCase())) return err(otherTenant());
  const userId = `${objectId}@${tenantId}`.toLowerCase();
  return ok({ userId, tenantId, name: upn ?? name ?? objectId, refreshToken });
}

/** What a sign-in of the tenant is asked for: a personal account knows no Azure. */
function scopesAt(tenant: string, { cloud }: Pick<Config, "cloud">): string[] {
  const scopes = scopesForTenant(tenant, defaultScopes(cloud), cloud);
  return tenant === "consumers" ? graphAlone(scopes, cloud) : scopes;
}

const otherTenant = (): Failure =>
  failure("forbidden", "Accounts of this organization may not sign in here.", {
    details: { reason: "other_tenant" },
  });
