import type { Prompt } from "../contract/connection-rpc.ts";
import { mergeClaims } from "./claims.ts";
import type { Cloud } from "./cloud.ts";

export interface AuthorizationRequest {
  cloud: Cloud;
  clientId: string;
  tenant: string;
  redirectUri: string;
  /** May span several resources: here they are only consented to. */
  scopes: readonly string[];
  state: string;
  nonce: string;
  /** S256. */
  codeChallenge: string;
  /** A claims challenge kept from a refused refresh, as JSON. */
  claims?: string | undefined;
  loginHint?: string | undefined;
  prompt?: Prompt | undefined;
}

/** The URL that starts a sign-in with authorization code and PKCE. */
export function authorizationUrl(request: AuthorizationRequest): string {
  const url = new URL(`${request.cloud.authorityHost}/${request.tenant}/oauth2/v2.0/authorize`);
  const parameters: Record<string, string | undefined> = {
    client_id: request.clientId,
    response_type: "code",
    response_mode: "query",
    redirect_uri: request.redirectUri,
    scope: request.scopes.join(" "),
    state: request.state,
    nonce: request.nonce,
    code_challenge: request.codeChallenge,
    code_challenge_method: "S256",
    claims: mergeClaims(request.claims),
    prompt: request.prompt,
    // Entra refuses a hint beside the account picker.
    login_hint: request.prompt === "select_account" ? undefined : request.loginHint,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}
