import type { Cloud } from "./cloud.ts";
import { defaultScopeOf } from "./resource.ts";
import { isPersonalTenant } from "./tenant.ts";

export interface AdminConsentRequest {
  cloud: Cloud;
  clientId: string;
  /** Tenant id, verified domain or `organizations`; the endpoint knows neither `common` nor personal accounts. */
  tenant?: string | undefined;
  redirectUri: string;
  state: string;
  /** Space-separated; default: every permission of the app's registration. */
  scope?: string | undefined;
}

/** The page where a tenant's administrator consents for everyone in it. */
export function adminConsentUrl(request: AdminConsentRequest): string {
  const { cloud, tenant = "organizations" } = request;
  const authority = tenant === "common" || isPersonalTenant(tenant) ? "organizations" : tenant;
  const url = new URL(`${cloud.authorityHost}/${authority}/v2.0/adminconsent`);
  url.searchParams.set("client_id", request.clientId);
  url.searchParams.set("redirect_uri", request.redirectUri);
  url.searchParams.set("state", request.state);
  url.searchParams.set("scope", request.scope ?? defaultScopeOf("graph", cloud));
  return url.href;
}
