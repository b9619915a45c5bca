import { createHash, randomBytes } from "node:crypto";
import { CLIENT_ID, CLIENT_SECRET, CONTOSO_TENANT } from "../sandbox/constants.ts";
import type { SandboxServer } from "../sandbox/server.ts";

const REDIRECT_URI = "http://localhost:8787/callback";

/** A credential of the Azure SDK: signs a user in at the sandbox as a browser would. */
export function sandboxCredential({ url }: SandboxServer, user: string, tenantId = CONTOSO_TENANT) {
  const oauth = `${url}/${tenantId}/oauth2/v2.0`;
  return {
    async getToken(scopes: string | string[]) {
      const verifier = randomBytes(32).toString("base64url");
      const scope = [scopes, "openid", "offline_access"].flat().join(" ");
      const authorize = new URL(`${oauth}/authorize`);
      authorize.search = new URLSearchParams({
        client_id: CLIENT_ID,
        response_type: "code",
        redirect_uri: REDIRECT_URI,
        scope,
        state: "s",
        nonce: "n",
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        sandbox_account: user,
        sandbox_decision: "approve",
      }).toString();
      const redirect = await fetch(authorize, { redirect: "manual" });
      const code = new URL(redirect.headers.get("location") ?? url).searchParams.get("code") ?? "";
      const response = await fetch(`${oauth}/token`, {
        method: "POST",
        body: new URLSearchParams({
          client_id: CLIENT_ID,
          client_secret: CLIENT_SECRET,
          grant_type: "authorization_code",
          redirect_uri: REDIRECT_URI,
          code,
          code_verifier: verifier,
          scope,
        }),
      });
      const said = (await response.json()) as { access_token?: string; expires_in?: number };
      if (!said.access_token) throw new Error(`The sandbox gave no token: ${JSON.stringify(said)}`);
      return {
        token: said.access_token,
        expiresOnTimestamp: Date.now() + (said.expires_in ?? 0) * 1000,
      };
    },
  };
}
