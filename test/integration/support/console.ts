import { expect } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { CookieJar } from "./front.ts";
import { inEnvironment } from "./http.ts";
import { authorize } from "./sandbox.ts";

/** The deployment of these tests, as its operators' browsers reach it. */
export const origin = "http://localhost:8787";

export const withConsole = {
  CONSOLE: "on",
  CONSOLE_TENANT_ID: CONTOSO_TENANT,
  CONSOLE_API_KEY_SIGN_IN: "on",
};

export interface ConsoleRequest {
  method?: string;
  jar?: CookieJar;
  body?: unknown;
  /** Over those that the console's own page sends. */
  headers?: Record<string, string>;
  environment?: object;
}

/** A request of the console's page. */
export async function ask(path: string, request: ConsoleRequest = {}): Promise<Response> {
  const { method = "GET", jar, body, headers, environment = withConsole } = request;
  const response = await inEnvironment(environment, `${origin}${path}`, {
    method,
    redirect: "manual",
    headers: {
      "sec-fetch-site": "same-origin",
      ...(method !== "GET" && { origin }),
      ...jar?.header,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  jar?.take(response);
  return response;
}

/** A browser that is signed in by an API key. */
export async function signedInByKey(key = "azk_all_all-secret"): Promise<CookieJar> {
  const jar = new CookieJar();
  const response = await ask("/console/session", { method: "POST", jar, body: { api_key: key } });
  expect(response.status).toBe(200);
  return jar;
}

/** The answer of the callback when an account signs in at Microsoft. */
export async function signInAs(account: string, jar: CookieJar): Promise<Response> {
  const start = await ask("/console/sign-in", { method: "POST", jar });
  const { data } = await start.json<{ data: { auth_url: string } }>();
  const answer = await authorize(data.auth_url, account);
  // Microsoft's page sends the browser here: another site's navigation.
  return ask(`/callback?${answer.toString()}`, {
    jar,
    headers: { "sec-fetch-site": "cross-site" },
  });
}
