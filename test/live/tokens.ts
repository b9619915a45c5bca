import * as oauth from "oauth4webapi";
import type { Service } from "./side.ts";

const areas = ["Mail", "Calendars", "Contacts", "Tasks"];

/** Permissions to ask for: nothing is changed without `--write`. */
export function scopesFor(service: Service, { writes }: { writes: boolean }): string {
  if (service === "arm") return "https://management.azure.com/user_impersonation";
  const names = areas.map((area) => `${area}.${writes ? "ReadWrite" : "Read"}`);
  return ["User.Read", "Files.Read", ...names]
    .map((name) => `https://graph.microsoft.com/${name}`)
    .join(" ");
}

interface DeviceSignIn {
  /** `https://login.microsoftonline.com/{tenant}`. */
  authority: string;
  clientId: string;
  /** Of one resource: a person agrees to each on its own. */
  scope: string;
  /** Tells the person where to go, and with which code. */
  say: (message: string) => void;
  wait: (seconds: number) => Promise<void>;
}

/**
 * Signs a person in by a code that they type in a browser (RFC 8628), for an application that allows
 * public client flows. Nothing is kept.
 *
 * @returns the access token
 * @throws Error with Entra's word for why there is none
 */
export async function signInByDevice({
  authority,
  clientId,
  scope,
  say,
  wait,
}: DeviceSignIn): Promise<string> {
  const server: oauth.AuthorizationServer = {
    issuer: authority,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${authority}/oauth2/v2.0/devicecode`,
  };
  const client: oauth.Client = { client_id: clientId };
  const options = { [oauth.allowInsecureRequests]: authority.startsWith("http:") };
  const authentication = oauth.None();
  const asked = await oauth.deviceAuthorizationRequest(
    server,
    client,
    authentication,
    { scope },
    options,
  );
  const code = await oauth.processDeviceAuthorizationResponse(server, client, asked);
  say(`Open ${code.verification_uri} and enter ${code.user_code}`);
  let pause = code.interval ?? 5;
  for (;;) {
    await wait(pause);
    const answer = await oauth.deviceCodeGrantRequest(
      server,
      client,
      authentication,
      code.device_code,
      options,
    );
    try {
      return (await oauth.processDeviceCodeResponse(server, client, answer)).access_token;
    } catch (error) {
      const word = error instanceof oauth.ResponseBodyError ? error.error : undefined;
      if (word !== "authorization_pending" && word !== "slow_down") throw error;
      // RFC 8628 §3.5.
      if (word === "slow_down") pause += 5;
    }
  }
}
