import { CLIENT_ID, CLIENT_SECRET, CONTOSO_TENANT } from "../sandbox/constants.ts";

const redirectUri = "http://localhost:8787/callback";

/**
 * Signs Ada in at the sandbox as a browser would, and redeems the code.
 *
 * @param origin of the sandbox's Entra
 * @param scopes of one resource, separated by spaces
 * @returns the access token
 */
export async function redeemedToken(
  sandbox: { fetch: (request: Request) => Promise<Response> },
  { origin, scopes }: { origin: string; scopes: string },
): Promise<string> {
  const login = `${origin}/${CONTOSO_TENANT}/oauth2/v2.0`;
  const authorize = new URL(`${login}/authorize`);
  authorize.search = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: `openid offline_access ${scopes}`,
    state: "s",
    sandbox_account: "ada@contoso.example",
    sandbox_decision: "approve",
  }).toString();
  const answered = await sandbox.fetch(new Request(authorize, { redirect: "manual" }));
  const code = new URL(answered.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    code,
    redirect_uri: redirectUri,
    scope: scopes,
  });
  const redeemed = await sandbox.fetch(new Request(`${login}/token`, { method: "POST", body }));
  const { access_token: token } = (await redeemed.json()) as { access_token: string };
  return token;
}
