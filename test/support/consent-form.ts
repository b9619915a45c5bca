import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from "oauth4webapi";

/** What an MCP client and its browser need at the authorization server: PKCE, and the page that asks. */

/** Where tests' clients are sent back to. */
export const redirectUri = "http://127.0.0.1:33418/callback";

/** A code verifier, and its S256 challenge. */
export interface Pkce {
  verifier: string;
  challenge: string;
}

/** @returns a verifier that nobody else has */
export async function newPkce(): Promise<Pkce> {
  const verifier = generateRandomCodeVerifier();
  return { verifier, challenge: await calculatePKCECodeChallenge(verifier) };
}

/** What a client says of itself to be registered. */
export const registration = (name: string) => ({
  redirect_uris: [redirectUri],
  client_name: name,
  token_endpoint_auth_method: "none",
});

/**
 * The address that a client opens in its person's browser.
 *
 * @param parameters added, or left out where undefined
 */
export function authorizePath(
  clientId: string,
  { challenge }: Pkce,
  parameters: Record<string, string | undefined> = {},
): string {
  const query = new URLSearchParams();
  const all: Record<string, string | undefined> = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    state: "of-the-client",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) query.set(name, value);
  return `/oauth/authorize?${query.toString()}`;
}

/** By which the answer to a page finds its step. */
export const handleIn = (page: string): string =>
  /name="handle" value="([^"]+)"/.exec(page)?.[1] ?? "";

/** The scopes that a page offers to untick. */
export const offeredIn = (page: string): string[] =>
  [...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = ""]) => scope);

/** The form of a page, as its person sends it. */
export function decisionOn(
  page: string,
  { decision = "allow", untick = [] }: { decision?: string; untick?: readonly string[] } = {},
): URLSearchParams {
  const form = new URLSearchParams({ handle: handleIn(page), decision });
  for (const scope of offeredIn(page)) if (!untick.includes(scope)) form.append("scope", scope);
  return form;
}

/** A redemption of a code, as the token endpoint takes it. */
export const redemption = (clientId: string, code: string, { verifier }: Pkce) => ({
  grant_type: "authorization_code",
  client_id: clientId,
  code,
  code_verifier: verifier,
  redirect_uri: redirectUri,
});
