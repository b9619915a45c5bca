import * as z from "zod";
import { callByKv } from "./token-in-kv.ts";
import { graphOrigin, tokenHeaders } from "./routes.ts";

interface Environment {
  TOKENS: KVNamespace;
  EMPTY: DurableObjectNamespace;
  API_KEYS: string;
  RATE_LIMIT?: RateLimit;
}

const keysSchema = z.array(z.object({ id: z.string(), sha256: z.string() }));

/** Read once, as a Worker reads its configuration. */
let keys: z.infer<typeof keysSchema> | undefined;

async function keyOf(request: Request, env: Environment): Promise<string | undefined> {
  keys ??= keysSchema.parse(JSON.parse(env.API_KEYS));
  const [, id, secret = ""] =
    /^Bearer azk_([^_]+)_(.+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  const known = keys.find((key) => key.id === id)?.sha256 ?? "0".repeat(64);
  const expected = Uint8Array.from({ length: 32 }, (_, at) =>
    Number.parseInt(known.slice(2 * at, 2 * at + 2), 16),
  );
  return crypto.subtle.timingSafeEqual(digest, expected) ? id : undefined;
}

async function answer(request: Request, env: Environment): Promise<Response> {
  const key = await keyOf(request, env);
  if (key === undefined) return Response.json({ error: "unauthenticated" }, { status: 401 });
  if (env.RATE_LIMIT !== undefined && !(await env.RATE_LIMIT.limit({ key })).success) {
    return Response.json({ error: "throttled" }, { status: 429 });
  }
  const { pathname, search, searchParams } = new URL(request.url);
  const connection = request.headers.get("x-azure-connection") ?? searchParams.get("connection");
  if (connection === null) return Response.json({ error: "no connection" }, { status: 400 });
  if (pathname.startsWith("/graph/")) {
    return callByKv(env.TOKENS, connection, `${graphOrigin}${pathname.slice(6)}${search}`);
  }
  if (pathname.startsWith("/object/")) {
    const url = `${graphOrigin}${pathname.slice(7)}${search}`;
    return env.EMPTY.getByName(connection).fetch(url, { headers: tokenHeaders });
  }
  const query = `?$top=${searchParams.get("top")}&$select=${searchParams.get("select")}`;
  const page = await callByKv(env.TOKENS, connection, `${graphOrigin}/v1.0/me/messages${query}`);
  if (!page.ok) return page;
  const { value, "@odata.nextLink": next } = await page.json<Record<string, unknown>>();
  return Response.json({ success: true, data: { items: value, next_cursor: next } });
}

/**
 * The design this Worker departs from as an HTTP service: an API key by its hash, the token in KV, a line
 * in the log. Under `/object` an empty object forwards the call instead.
 */
export default {
  async fetch(request, env) {
    const began = Date.now();
    const requestId = crypto.randomUUID();
    const response = await answer(request, env);
    console.log(
      JSON.stringify({
        level: response.status >= 500 ? "warn" : "info",
        event: "request",
        request_id: requestId,
        method: request.method,
        status: response.status,
        duration_ms: Date.now() - began,
      }),
    );
    const answered = new Response(response.body, response);
    answered.headers.set("x-request-id", requestId);
    return answered;
  },
} satisfies ExportedHandler<Environment>;
