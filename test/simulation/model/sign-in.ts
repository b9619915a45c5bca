import { CLIENT_ID, CLIENT_SECRET } from "../../sandbox/constants.ts";
import type { AuthorizationStart } from "../../../src/contract/connection-rpc.ts";
import type { Account } from "./commands.ts";
import type { Microsoft } from "./microsoft.ts";

/** A sign-in on its way: Microsoft's answer waits to be brought back, or the candidate to be confirmed. */
export type Flow = {
  account: Account;
  since: number;
  /** By when it has to go on, in milliseconds since the epoch. */
  until: number;
  /** An error was brought back for it, and nobody heard whether that ended it. */
  isUncertain?: boolean;
} & (
  | {
      stage: "answered";
      authUrl: string;
      state: string;
      response: string;
      browserBinding: string | undefined;
    }
  | { stage: "waiting"; flow: string }
);

export async function answerOf(
  microsoft: Microsoft,
  { authUrl }: Pick<AuthorizationStart, "authUrl">,
  account: Account,
): Promise<string> {
  return (await microsoft.services.approve(new URL(authUrl), account)).toString();
}

/** Where another system signs an account in, and what it asks for there. */
const elsewhere = (account: Account) => {
  const graph = "openid profile email offline_access User.Read Mail.Read Calendars.Read";
  const host = "https://login.microsoftonline.com";
  return account === "pat@outlook.example"
    ? { authority: `${host}/consumers/oauth2/v2.0`, scope: graph }
    : {
        authority: `${host}/common/oauth2/v2.0`,
        scope: `${graph} https://management.azure.com/user_impersonation`,
      };
};
const redirectUri = "http://localhost:8787/callback";

/** The tokens of another system that uses the same application. */
export async function takenElsewhere(microsoft: Microsoft, account: Account) {
  const { authority, scope } = elsewhere(account);
  const url = new URL(`${authority}/authorize`);
  url.search = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
  }).toString();
  const code = (await microsoft.services.approve(url, account)).get("code") ?? "";
  const form = new URLSearchParams({
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    grant_type: "authorization_code",
    redirect_uri: redirectUri,
    code,
    scope: "openid profile offline_access User.Read",
  });
  const request = new Request(`${authority}/token`, { method: "POST", body: form });
  const { body } = await microsoft.services.token(request, form);
  return {
    redeemed: code,
    accessToken: String(body["access_token"]),
    refreshToken: String(body["refresh_token"]),
  };
}
