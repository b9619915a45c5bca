import { CLIENT_ID, CLIENT_SECRET } from "../../sandbox/constants.ts";
import { actorOf, expectOk, newUser } from "./connections.ts";
import { authorize } from "./sandbox.ts";

const redirectUri = "http://localhost:8787/callback";
const graphScopes = "openid profile email offline_access User.Read Mail.Read Calendars.Read";

/** A refresh token as another system that uses the same application would hold it. */
export async function refreshTokenOf(
  account: string,
  {
    tenant = "common",
    scope = `${graphScopes} https://management.azure.com/user_impersonation`,
  } = {},
): Promise<string> {
  const authority = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0`;
  const parameters = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
  });
  const answer = await authorize(`${authority}/authorize?${parameters.toString()}`, account);
  const response = await fetch(`${authority}/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_type: "authorization_code",
      redirect_uri: redirectUri,
      code: answer.get("code") ?? "",
      scope: "openid profile offline_access User.Read",
    }),
  });
  const { refresh_token: refreshToken } = await response.json<{ refresh_token: string }>();
  return refreshToken;
}

/** That of a personal account, which is known at its own authority and never asked for ARM. */
export const personalRefreshTokenOf = (account: string): Promise<string> =>
  refreshTokenOf(account, { tenant: "consumers", scope: graphScopes });

/** A connection made of a refresh token: cheaper than a sign-in where hundreds are wanted. */
export async function imported(refreshToken: string) {
  const id = `user:${newUser()}`;
  const stub = actorOf(id);
  return { id, stub, info: expectOk(await stub.import({ refreshToken })) };
}
