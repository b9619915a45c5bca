import { expect } from "vitest";
import { CookieJar, front, json } from "./front.ts";
import { authorize as atMicrosoft } from "./sandbox.ts";
import {
  authorizePath as authorizePathOf,
  decisionOn,
  newPkce,
  redemption,
  redirectUri,
  registration,
  type Pkce,
} from "../../support/consent-form.ts";

export { handleIn, newPkce, redirectUri } from "../../support/consent-form.ts";
export type { Pkce } from "../../support/consent-form.ts";

/** An MCP client, and the browser of its user. */

export const resource = "http://localhost:8787/mcp";

/** Registers a client. */
export async function registered(metadata: Record<string, unknown> = {}): Promise<string> {
  const answer = await register(metadata);
  expect(answer.status).toBe(201);
  return String((await json(answer))["client_id"]);
}

export const register = (metadata: Record<string, unknown> = {}): Promise<Response> =>
  front("/oauth/register", {
    method: "POST",
    body: { ...registration("Test client"), ...metadata },
  });

/** The address that a client opens in its user's browser. */
export const authorizePath = (
  clientId: string,
  pkce: Pkce,
  parameters: Record<string, string | undefined> = {},
): string => authorizePathOf(clientId, pkce, { resource, ...parameters });

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
      headers,
      ...answer
    }: { decision?: string; untick?: readonly string[]; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return this.post(decisionOn(page, answer), headers);
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
  pkce: Pkce,
  more: Record<string, string> = {},
) => tokens({ ...redemption(clientId, code ?? "", pkce), ...more });

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
