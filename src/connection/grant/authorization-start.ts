import type { Config } from "../../config/config.ts";
import { defaultScopes, normalizeScope, scopesForTenant } from "../../entra/resource.ts";
import { authorityTenant, isTenantId, parseTenant } from "../../entra/tenant.ts";
import { invalidField } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import { readReturnUrl } from "../../config/return-url.ts";
import type { BeginAuthorization, Outcome } from "../../contract/connection-rpc.ts";
import type { StartedAuthorization } from "../tables/pending-authorizations.ts";
import { mostResources, namesTooManyResources } from "../policy/resource-limit.ts";

/** What a sign-in asks Microsoft for. */
export interface CheckedStart {
  tenant: string;
  scopes: string[];
  redirectUri: string;
}

/** A start as it was asked for: by a user's page, by a server, or by a reconnect link. */
export type AskedStart = Omit<BeginAuthorization, "start"> & {
  start: StartedAuthorization["start"];
};

/**
 * What a start may ask for.
 *
 * @param earlier scopes the connection required before: asked for again
 * @returns `invalid_request` naming the field that is wrong
 */
export function checkStart(
  request: AskedStart,
  config: Config,
  earlier: readonly string[],
): Outcome<CheckedStart> {
  const tenant = parseTenant(request.tenantId ?? config.tenantId);
  if (tenant === undefined)
    return err(
      invalidField("tenantId", "must be a tenant id, a domain, common, organizations or consumers"),
    );
  if (isTenantId(config.tenantId) && tenant !== config.tenantId.toLowerCase()) {
    return err(invalidField("tenantId", "must be the tenant this service is configured for"));
  }
  const redirectUri = request.redirectUri ?? config.redirectUris[0];
  if (redirectUri === undefined || !config.redirectUris.includes(redirectUri)) {
    return err(invalidField("redirectUri", "must be one of AZURE_REDIRECT_URI"));
  }
  const { returnUrl } = request;
  if (returnUrl !== undefined && readReturnUrl(returnUrl, config.returnOrigins) === undefined) {
    return err(invalidField("returnUrl", "must be a URL on one of RETURN_ORIGINS"));
  }
  // A host with a callback of its own completes by RPC, and needs nowhere to be sent back to.
  const ownCallback = redirectUri !== config.redirectUris[0];
  if (request.start === "server" && returnUrl === undefined && !ownCallback) {
    return err(invalidField("returnUrl", "is required when a server starts a sign-in"));
  }
  const named = [...earlier, ...(request.scopes ?? [])];
  if (namesTooManyResources(named, config.cloud)) {
    return err(invalidField("scopes", `must belong to at most ${mostResources} resources in all`));
  }
  const scopes = new Map(
    [...defaultScopes(config.cloud), ...earlier, ...(request.scopes ?? [])].map((scope) => [
      normalizeScope(scope, config.cloud),
      scope,
    ]),
  );
  return ok({
    tenant: authorityTenant(tenant),
    scopes: scopesForTenant(tenant, [...scopes.values()], config.cloud),
    redirectUri,
  });
}
