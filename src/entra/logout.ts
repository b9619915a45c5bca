import type { Cloud } from "./cloud.ts";

export interface LogoutRequest {
  cloud: Cloud;
  tenant: string;
  /** One of the app's registered redirect URIs. */
  postLogoutRedirectUri?: string | undefined;
  /** The `login_hint` claim of the id_token: signs that account out without asking which. */
  logoutHint?: string | undefined;
}

/** The page that ends the browser's session with Entra. */
export function logoutUrl(request: LogoutRequest): string {
  const url = new URL(`${request.cloud.authorityHost}/${request.tenant}/oauth2/v2.0/logout`);
  if (request.postLogoutRedirectUri !== undefined) {
    url.searchParams.set("post_logout_redirect_uri", request.postLogoutRedirectUri);
  }
  if (request.logoutHint !== undefined) url.searchParams.set("logout_hint", request.logoutHint);
  return url.href;
}
