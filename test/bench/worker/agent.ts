import * as z from "zod";
import { authorize } from "../../integration/support/sandbox.ts";
import {
  authorizePath,
  decisionOn,
  newPkce,
  redemption,
  registration,
} from "../../support/consent-form.ts";
import { cookiesSetBy } from "../../support/sign-in.ts";

/** What acts for one user. */
export interface Credentials {
  /** Of the host, by its API key. */
  session: string;
  /** Of the authorization server. */
  mcpToken: string;
}

const origin = "http://localhost:8787";
const form = "application/x-www-form-urlencoded";

/** An MCP client whose person signs in stand-alone, and a session of the same user. */
export async function credentialsOf(azure: Fetcher, account: string): Promise<Credentials> {
  const post = (path: string, type: string, body: string, headers: Record<string, string> = {}) =>
    azure.fetch(`${origin}${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": type, ...headers },
      body,
    });
  const registered = await post(
    "/oauth/register",
    "application/json",
    JSON.stringify(registration("Bench")),
  );
  const { client_id: clientId } = z
    .object({ client_id: z.string() })
    .parse(await registered.json());
  const pkce = await newPkce();
  const begun = await azure.fetch(
    origin + authorizePath(clientId, pkce, { resource: `${origin}/mcp` }),
    { redirect: "manual" },
  );
  const back = await authorize(locationOf(begun), account);
  const page = await azure.fetch(`${origin}/callback?${back}`, {
    headers: { cookie: cookiesSetBy(begun) },
  });
  const decision = decisionOn(await page.text()).toString();
  const own = { cookie: cookiesSetBy(page), "sec-fetch-site": "same-origin" };
  const allowed = await post("/oauth/authorize", form, decision, own);
  const code = new URL(locationOf(allowed)).searchParams.get("code") ?? "";
  const redeemed = await post(
    "/oauth/token",
    form,
    new URLSearchParams(redemption(clientId, code, pkce)).toString(),
  );
  const { access_token } = z.object({ access_token: z.string() }).parse(await redeemed.json());
  const [userId = ""] = access_token.split(":");
  const made = await post("/sessions", "application/json", JSON.stringify({ user_id: userId }), {
    authorization: "Bearer azk_all_all-secret",
  });
  const { data } = z.object({ data: z.object({ token: z.string() }) }).parse(await made.json());
  return { session: data.token, mcpToken: access_token };
}

/** @throws Error with what was answered instead of a redirect */
function locationOf(answer: Response): string {
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`no redirect: ${answer.status}`);
  return location;
}
