import { PERSONAL_TENANT } from "../constants.ts";
import { tenantById } from "../tenants.ts";
import type { Authority } from "../tenants.ts";
import type { SandboxUser } from "../world.ts";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";

const isPersonal = (user: SandboxUser) => user.homeTenantId === PERSONAL_TENANT;

/** Whether this kind of account may sign in at this authority at all. */
export function admits(authority: Authority, user: SandboxUser): boolean {
  switch (authority.kind) {
    case "common":
      return true;
    case "organizations":
      return !isPersonal(user);
    case "consumers":
      return isPersonal(user);
    case "tenant":
      return user.objectIds.has(authority.tenant.id);
  }
}

/**
 * The tenant a sign-in at this authority leads to: the one named, else the user's home.
 * Fails with 50020 when the user is neither member nor guest there.
 */
export function tenantOfSignIn(authority: Authority, user: SandboxUser): Outcome<string> {
  if (admits(authority, user)) {
    const tenantId = authority.kind === "tenant" ? authority.tenant.id : user.homeTenantId;
    return { ok: true, value: tenantId };
  }
  const provider = isPersonal(user) ? "live.com" : `https://sts.windows.net/${user.homeTenantId}/`;
  const tenant =
    authority.kind === "tenant"
      ? `'${tenantById(authority.tenant.id).displayName}'`
      : `at '${authority.segment}'`;
  return failure(
    50020,
    `User account '${user.upn}' from identity provider '${provider}' does not exist in tenant ${tenant} and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different account.`,
  );
}

/**
 * The tenant a refresh token is redeemed in. Work and personal accounts have token formats of
 * their own, so either kind is garbage to the other's endpoint: 9002313 and 70000.
 */
export function tenantOfRefresh(
  authority: Authority,
  user: SandboxUser,
  signedInTo: string,
): Outcome<string> {
  if (isPersonal(user) && (authority.kind === "tenant" || authority.kind === "organizations")) {
    return { ok: false, error: { code: 9002313, error: "invalid_grant" } };
  }
  if (!isPersonal(user) && authority.kind === "consumers") return failure(70000);
  // The aliases mean the tenant of the sign-in, which for a guest is not the home tenant.
  if (authority.kind !== "tenant") return { ok: true, value: signedInTo };
  return tenantOfSignIn(authority, user);
}
