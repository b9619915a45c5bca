import { createExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { createApp } from "../../../src/app.ts";
import { connected } from "./connections.ts";

export const origin = "https://azure.example";

/** `azk_{id}_{secret}` of one of the test's keys. */
export const bearer = (key: string): Record<string, string> => ({
  authorization: `Bearer azk_${key}_${key}-secret`,
});

/** The Worker over HTTP, redirects as they are. */
export const http = (path: string, init: RequestInit = {}): Promise<Response> =>
  exports.default.fetch(new Request(`${origin}${path}`, { redirect: "manual", ...init }));

/** The Worker over HTTP in another environment. @param path below `origin`, or a whole URL */
export const inEnvironment = async (
  change: object,
  path: string,
  init: RequestInit = {},
): Promise<Response> =>
  createApp().fetch(
    new Request(new URL(path, origin), init),
    { ...env, ...change },
    createExecutionContext(),
  );

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export async function call(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await http(path, init);
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json<Record<string, unknown>>(),
  };
}

export const asAll = (init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: { ...bearer("all"), ...(init.headers as Record<string, string>) },
});

export const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

/** A connected user, and what says so in a query. */
export async function connectedUser(account?: string) {
  const { id, stub } = await connected(account);
  const userId = id.slice("user:".length);
  return { id, stub, userId, who: `user_id=${userId}` };
}
