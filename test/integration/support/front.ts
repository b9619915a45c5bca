import { exports } from "cloudflare:workers";

/** The Worker as browsers and servers reach it. */
const origin = "http://localhost:8787";

/** The key of a server that may do everything. */
export const allKey = "azk_all_all-secret";

export interface FrontRequest {
  method?: string;
  /** API key or session token. */
  credential?: string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  /** Instead of the Worker under test. */
  via?: (request: Request) => Promise<Response>;
}

/** One request over HTTP; redirects are answers. */
export function front(path: string, request: FrontRequest = {}): Promise<Response> {
  const { method = "GET", credential, body, headers } = request;
  const via = request.via ?? ((made: Request) => exports.default.fetch(made));
  const made = new Request(new URL(path, origin), {
    method,
    redirect: "manual",
    headers: {
      ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return via(made);
}

export const json = (response: Response) => response.json<Record<string, unknown>>();

/** A session token of a user. */
export async function sessionOf(userId: string, scopes?: readonly string[]): Promise<string> {
  const response = await front("/sessions", {
    method: "POST",
    credential: allKey,
    body: { user_id: userId, ...(scopes !== undefined && { scopes }) },
  });
  const { data } = await response.json<{ data: { token: string } }>();
  return data.token;
}

/** A browser's cookies, as far as this Worker sets any. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  take(response: Response): Response {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = "", attributes = ""] = /^([^=]+)=([^;]*)(.*)$/.exec(cookie) ?? [];
      if (/Max-Age=0\b/i.test(attributes)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  get names(): string[] {
    return [...this.#cookies.keys()];
  }

  get header(): Record<string, string> {
    if (this.#cookies.size === 0) return {};
    return { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
  }
}
