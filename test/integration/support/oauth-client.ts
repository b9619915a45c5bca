import { expect } from "vitest";
import { CookieJar, front, json } from "./front.ts";
import { authorize as atMicrosoft } from "./sandbox.ts";

/** An MCP client, and the browser of its user. */

export const redirectUri = "http://127.0.0.1:33418/callback";
export const resource = "http://localhost:8787/mcp";

/** A code verifier, and its S256 challenge. */
export interface Pkce {
  verifier: string;
  challenge: string;
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

export async function newPkce(): Promise<Pkce> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return { verifier, challenge: base64url(new Uint8Array(digest)) };
}

/** Registers a client. */
export async function registered(metadata: Record<string, unknown> = {}): Promise<string> {
  const answer = await register(metadata);
  expect(answer.status).toBe(201);
  return String((await json(answer))["client_id"]);
}

export const register = (metadata: Record<string, unknown> = {}): Promise<Response> =>
  front("/oauth/register", {
    method: "POST",
    body: {
      redirect_uris: [redirectUri],
      client_name: "Test client",
      token_endpoint_auth_method: "none",
      ...metadata,
    },
  });

/** The address that a client opens in its user's browser. */
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
    resource,
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) query.set(name, value);
  return `/oauth/authorize?${query.toString()}`;
}

/** A browser: it keeps cookies, and sends forms as the page that it shows. */
export class Browser {
  readonly jar = new CookieJar();

  async open(path: string): Promise<Response> {
    return this.jar.take(await front(path, { headers: this.jar.header }));
  }

  /** Sends the form of a page. */
  async submit(
    page: string,
    {
      decision = "allow",
      untick = [],
      headers = { "sec-fetch-site": "same-origin" },
    }: { decision?: string; untick?: readonly string[]; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const form = new URLSearchParams({ handle: handleIn(page), decision });
    for (const scope of offeredIn(page)) if (!untick.includes(scope)) form.append("scope", scope);
    return this.post(form, headers);
  }

  async post(
    form: URLSearchParams,
    headers: Record<string, string> = { "sec-fetch-site": "same-origin" },
  ): Promise<Response> {
    const { exports } = await import("cloudflare:workers");
    return this.jar.take(
      await exports.default.fetch(new URL("/oauth/authorize", "http://localhost:8787"), {
        method: "POST",
        redirect: "manual",
        headers: {
          ...this.jar.header,
          "content-type": "application/x-www-form-urlencoded",
          ...headers,
        },
        body: form.toString(),
      }),
    );
  }

  /** Follows a stand-alone sign-in to the page that asks for consent. */
  async signIn(path: string, account?: string): Promise<string> {
    let location = (await this.open(path)).headers.get("location") ?? "";
    for (;;) {
      const answer = await this.open(
        `/callback?${(await atMicrosoft(location, account)).toString()}`,
      );
      location = answer.headers.get("location") ?? "";
      if (answer.status === 302) continue;
      if (answer.status === 200) return answer.text();
      throw new Error(`${answer.status} ${await answer.text()}`);
    }
  }
}

export const handleIn = (page: string): string =>
  /name="handle" value="([^"]+)"/.exec(page)?.[1] ?? "";
export const offeredIn = (page: string): string[] =>
  [...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = ""]) => scope);

/** What an answer sends the client. */
export function sentBack(answer: Response): URLSearchParams {
  const location = answer.headers.get("location") ?? "";
  expect(location.startsWith(`${redirectUri}?`)).toBe(true);
  return new URL(location).searchParams;
}

/** Asks the token endpoint. */
export async function tokens(
  form: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { exports } = await import("cloudflare:workers");
  const answer = await exports.default.fetch("http://localhost:8787/oauth/token", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? {} : JSON.parse(text) };
}

export const redeem = (
  clientId: string,
  code: string | null,
  { verifier }: Pkce,
  more: Record<string, string> = {},
) =>
  tokens({
    grant_type: "authorization_code",
    client_id: clientId,
    code: code ?? "",
    code_verifier: verifier,
    redirect_uri: redirectUri,
    ...more,
  });

export const refresh = (
  clientId: string,
  refreshToken: unknown,
  more: Record<string, string> = {},
) =>
  tokens({
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: String(refreshToken),
    ...more,
  });

/** A client that a user has let in. */
export interface LetIn {
  clientId: string;
  access: string;
  refresh: string;
  scope: string;
  browser: Browser;
}

/** Registers a client, signs an account in stand-alone, and lets the client in. */
export async function letIn({
  account,
  scope,
  clientId,
}: { account?: string; scope?: string; clientId?: string } = {}): Promise<LetIn> {
  const client = clientId ?? (await registered());
  const pkce = await newPkce();
  const browser = new Browser();
  const page = await browser.signIn(authorizePath(client, pkce, { scope }), account);
  const back = sentBack(await browser.submit(page));
  const { status, body } = await redeem(client, back.get("code"), pkce);
  expect(status).toBe(200);
  return {
    clientId: client,
    access: String(body["access_token"]),
    refresh: String(body["refresh_token"]),
    scope: String(body["scope"]),
    browser,
  };
}
