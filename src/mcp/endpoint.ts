import { createMcpHandler } from "agents/mcp/server";
import type { Caller } from "../callers/caller.ts";
import { AzureError, failure, invalidField } from "../contract/errors.ts";
import { ok } from "../contract/result.ts";
import { configOf } from "../config/config.ts";
import { isListed } from "../config/origins.ts";
import { textWithin } from "../http/bounded-text.ts";
import { jsonIn } from "../http/json.ts";
import { isLoopback } from "../http/url.ts";
import { bodyTooLarge } from "../front/body.ts";
import { withConfig, type Context, type Middleware } from "../front/context.ts";
import { onError } from "../front/failures.ts";
import { operationRoute } from "../front/operations.ts";
import { readableUrl } from "../front/readable-url.ts";
import { named } from "../front/register.ts";
import { countedCaller } from "../front/require.ts";
import type { Router } from "../front/router.ts";
import { bearerChallenge } from "../oauth/mcp-token.ts";
import { authInfoOf, createServer } from "./server.ts";
import { openSession } from "./session.ts";
import { mcpTools } from "./tool-sizes.ts";

export const mcpPath = "/mcp";

/** What the SDK is asked for is no address of ours: hosts and origins are checked here, see below. */
const innerUrl = `https://mcp.invalid${mcpPath}`;

const handler = createMcpHandler(createServer, {
  route: mcpPath,
  // The headers of `crossOrigin` hold here as everywhere.
  corsOptions: false,
  allowedOriginHostnames: "*",
});

/**
 * Adds `/mcp`, for agents: the Model Context Protocol over HTTP, of 2026-07-28 and of 2025; and its
 * tools, for people.
 */
export function mcpRoutes(router: Router): void {
  operationRoute(router, mcpTools);
  router.app.post(
    mcpPath,
    named(mcpPath),
    asLocalAsItsHost,
    withConfig,
    fromKnownOrigin,
    readableUrl(mcpPath),
    (c) => serve(c).catch((error: unknown) => refused(error, c)),
  );
}

/** A refusal says what a client that can sign its person in has to know (RFC 9728 §5.1). */
function refused(error: unknown, c: Context): Response {
  const answer = onError(error, c);
  if (answer.status === 401) {
    const sent = c.req.header("authorization") !== undefined;
    const challenge = bearerChallenge(c.get("config"), sent ? { error: "invalid_token" } : {});
    answer.headers.set("www-authenticate", challenge);
  }
  return answer;
}

/** Bytes of a request at most: more the SDK takes from nobody. */
const largestRequest = 4 * 1024 * 1024;
/** Messages of a batch at most. */
const largestBatch = 50;

/** Checks who calls and hands the message to the SDK, by a request that holds no credential. */
async function serve(c: Context): Promise<Response> {
  const session = await openSession(c);
  const { headers: sent, signal, body: stream } = c.req.raw;
  const text = await textWithin(stream, largestRequest);
  if (text === undefined) throw bodyTooLarge(largestRequest);
  const message = jsonIn(text);
  await countMessages(c, session.service.caller, Array.isArray(message) ? message.length : 1);
  const headers = new Headers(sent);
  for (const name of ["authorization", "cookie", "content-length"]) headers.delete(name);
  // Without its body, which the SDK would read and parse twice; where there is no message, it says so.
  const request = new Request(innerUrl, { method: "POST", headers, signal });
  const authInfo = authInfoOf(session, toolNamedBy(c));
  const answer = await handler.fetch(request, { authInfo, parsedBody: message });
  const response = new Response(answer.body, answer);
  response.headers.set("cache-control", "no-store");
  return response;
}

/** The tool of a call, as clients of 2026-07-28 say it in a header; the SDK refuses one that its body denies. */
const toolNamedBy = (c: Context): string | undefined =>
  c.req.header("mcp-method") === "tools/call" ? c.req.header("mcp-name") : undefined;

/** A client of 2025-03-26 may send a batch: each of its messages counts as a request would. */
async function countMessages(c: Context, caller: Caller, count: number): Promise<void> {
  if (count > largestBatch) {
    const expected = `must hold at most ${largestBatch} messages`;
    throw new AzureError(invalidField("body", expected));
  }
  for (let counted = 1; counted < count; counted += 1) await countedCaller(c, ok(caller));
}

/**
 * A page of another site can point its own name at this machine (DNS rebinding): a Worker that runs here
 * is asked by a name of this machine alone. A service binding sends no Host header.
 */
const asLocalAsItsHost: Middleware = async (c, next) => {
  const config = configOf(c.env);
  const { hostname } = new URL(c.req.url);
  const host = c.req.header("host");
  const asked = host === undefined ? hostname : (URL.parse(`http://${host}`)?.hostname ?? "");
  const runsHere = config.ok && isLoopback(new URL(config.value.publicOrigin).hostname);
  if ((runsHere || isLoopback(hostname)) && !(isLoopback(hostname) && isLoopback(asked))) {
    throw new AzureError(failure("forbidden", "This Host is not one of this address."));
  }
  await next();
};

/** Only pages that are listed may call: a browser adds their origin, programs have none. */
const fromKnownOrigin: Middleware = async (c, next) => {
  const origin = c.req.header("origin");
  const { allowedOrigins, publicOrigin } = c.get("config");
  if (origin !== undefined && origin !== publicOrigin && !isListed(origin, allowedOrigins)) {
    throw new AzureError(failure("forbidden", "Pages of this origin may not call this service."));
  }
  await next();
};
