import { CLIENT_ID, CONTOSO_TENANT } from "../sandbox/constants.ts";

/** @param origin of the sandbox's Entra @returns where Contoso's administrator approves the application at once */
export function approvedConsent(origin: string): URL {
  const url = new URL(`${origin}/${CONTOSO_TENANT}/v2.0/adminconsent`);
  url.search = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: "http://localhost:8787/callback/admin",
    scope: "https://graph.microsoft.com/.default",
    state: "s",
    sandbox_account: "ada@contoso.example",
    sandbox_decision: "approve",
  }).toString();
  return url;
}
