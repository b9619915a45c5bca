import * as z from "zod";
import { authorize } from "../../integration/support/sandbox.ts";

/** What acts for one user. */
export interface Credentials {
  /** Of the host, by its API key. */
  session: string;
  /** Of the authorization server. */
  mcpToken: string;
}

const origin = "http://localhost:8787";
const redirectUri = "http://127.0.0.1:33418/callback";
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
  const registration = { redirect_uris: [redirectUri], token_endpoint_auth_method: "none" };
  const registered = await post(
    "/oauth/register",
    "application/json",
    JSON.stringify({ ...registration, client_name: "Bench" }),
  );
  const { client_id } = z.object({ client_id: z.string() }).parse(await registered.json());
  const verifier = "v".repeat(43);
  const asked = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: redirectUri,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: "S256",
    resource: `${origin}/mcp`,
  });
  const begun = await azure.fetch(`${origin}/oauth/authorize?${asked}`, { redirect: "manual" });
  const back = await authorize(locationOf(begun), account);
  const page = await azure.fetch(`${origin}/callback?${back}`, {
    headers: { cookie: cookiesOf(begun) },
  });
  const [, handle = ""] = /name="handle" value="([^"]+)"/.exec(await page.text()) ?? [];
  const decision = new URLSearchParams({ handle, decision: "allow" }).toString();
  const own = { cookie: cookiesOf(page), "sec-fetch-site": "same-origin" };
  const allowed = await post("/oauth/authorize", form, decision, own);
  const code = new URL(locationOf(allowed)).searchParams.get("code") ?? "";
  const redemption = {
    grant_type: "authorization_code",
    client_id,
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  };
  const redeemed = await post("/oauth/token", form, new URLSearchParams(redemption).toString());
  const { access_token } = z.object({ access_token: z.string() }).parse(await redeemed.json());
  const [userId = ""] = access_token.split(":");
  const made = await post("/sessions", "application/json", JSON.stringify({ user_id: userId }), {
    authorization: "Bearer azk_all_all-secret",
  });
  const { data } = z.object({ data: z.object({ token: z.string() }) }).parse(await made.json());
  return { session: data.token, mcpToken: access_token };
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** @throws Error with what was answered instead of a redirect */
function locationOf(answer: Response): string {
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`no redirect: ${answer.status}`);
  return location;
}

const cookiesOf = ({ headers }: Response): string =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0] ?? "")
    .join("; ");
