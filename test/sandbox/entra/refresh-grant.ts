import { userByName } from "../people.ts";
import { failure } from "./entra-error.ts";
import { requiredField } from "./grant-request.ts";
import type { Grant } from "./grant-request.ts";
import { parseScope, userInfoScopes } from "./scope.ts";
import { readTokenScope } from "./scope-refusal.ts";
import { openRefreshToken } from "./sealed-grant.ts";
import { tenantOfRefresh } from "./tenancy.ts";
import { userTokens } from "./user-tokens.ts";

const inactivity = 90 * 24 * 60 * 60 * 1000;

/**
 * grant_type=refresh_token. The token stays valid on use and serves every resource and every
 * tenant of its user. Fails with 9002313 (not a refresh token of ours), 700082 (90 days without
 * use), 50173 (revoked), 50020 (not in that tenant), 70011 (scope), 65001 or, of a personal
 * account, 70000 (never consented).
 */
export const redeemRefreshToken: Grant = async (request) => {
  const { world, form, authority } = request;
  const text = requiredField(form, "refresh_token");
  if (!text.ok) return text;
  const grant = await openRefreshToken(world, text.value);
  const user = grant && userByName(grant.upn);
  if (!grant || !user) return { ok: false, error: { code: 9002313, error: "invalid_grant" } };

  if (grant.clientId !== request.clientId) return failure(70000);
  if (world.now() > grant.issuedAt + inactivity) {
    return failure(
      700082,
      `The refresh token has expired due to inactivity. The token was issued on ${new Date(grant.issuedAt).toISOString()} and was inactive for 90.00:00:00.`,
    );
  }
  const revoked = world.revocations.ofRefreshToken(user, grant.tick);
  if (revoked) {
    return failure(
      50173,
      `The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '${new Date(grant.issuedAt).toISOString()}' and the TokensValidFrom date (before which tokens are not valid) for this user is '${new Date(revoked.time).toISOString()}'.`,
    );
  }
  const tenant = tenantOfRefresh(authority, user, grant.tenantId);
  if (!tenant.ok) return tenant;
  const signedInFor = parseScope(grant.scope);
  if (!signedInFor.ok) return signedInFor;
  const wanted = readTokenScope(form.get("scope") ?? grant.scope, tenant.value);
  if (!wanted.ok) return wanted;
  // Of several resources Entra serves the first one named.
  const asked = wanted.value.resources[0] ?? userInfoScopes();

  return userTokens(world, {
    base: request.base,
    user,
    tenantId: tenant.value,
    asked,
    openid: wanted.value.openid,
    grantedOpenid: signedInFor.value.openid,
    grant,
    claimsCapable: request.claimsCapable,
    wantsClientInfo: form.get("client_info") === "1",
  });
};
