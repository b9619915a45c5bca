import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import * as z from "zod";
import type { Context, Middleware } from "../../front/context.ts";
import { notFound } from "../../front/failures.ts";
import { register, type Route } from "../../front/register.ts";
import { limitedByAddress } from "../../front/require.ts";
import type { Router } from "../../front/router.ts";
import {
  atPublicOrigin,
  oauthOf,
  oauthPaths,
  OAuthError,
} from "../../oauth/authorization-server.ts";
import { resourceMetadata } from "../../oauth/mcp-token.ts";

/** Bytes of a token request or a registration at most: what is registered is kept. */
const largestBody = 16_384;

/** Seconds. */
const metadataAge = 3_600;

const metadataSchema = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  registration_endpoint: z.string(),
});
const resourceSchema = z.object({
  resource: z.string(),
  authorization_servers: z.array(z.string()),
  scopes_supported: z.array(z.string()),
  bearer_methods_supported: z.array(z.string()),
  resource_name: z.string(),
});
const tokenSchema = z.looseObject({
  access_token: z.string(),
  token_type: z.string(),
  expires_in: z.int(),
  refresh_token: z.string().optional(),
  scope: z.string(),
});
const registrationSchema = z.looseObject({
  client_id: z.string(),
  redirect_uris: z.array(z.string()),
});
const form = z.looseObject({ grant_type: z.string().optional() });

const shared = { tag: "mcp", scope: "open" } as const satisfies Partial<Route<{}>>;

/**
 * What programs ask of the authorization server. Pages of any origin may: what they send is no cookie.
 * Call before the middleware that admits listed origins alone.
 */
export function oauthProtocolRoutes(router: Router): void {
  const { token, register: registration, metadata, resourceMetadata: resource } = oauthPaths;
  for (const path of [token, registration, metadata, resource, `${resource}/mcp`]) {
    router.app.use(path, anyOrigin);
  }
  for (const path of [token, registration]) router.app.use(path, limitedBody);

  register(
    router,
    {
      ...shared,
      method: "GET",
      path: metadata,
      summary: "The authorization server of MCP clients (RFC 8414)",
      answers: { 200: { description: "Its metadata.", data: metadataSchema } },
    },
    respond,
  );
  for (const path of [resource, `${resource}/mcp`]) {
    register(
      router,
      {
        ...shared,
        method: "GET",
        path,
        summary: "What protects /mcp (RFC 9728)",
        answers: { 200: { description: "Its metadata.", data: resourceSchema } },
      },
      (c) =>
        c.get("config").mcpSignIn === undefined
          ? notFound(c)
          : Response.json(resourceMetadata(c.get("config")), {
              headers: { "cache-control": `public, max-age=${metadataAge}` },
            }),
    );
  }
  register(
    router,
    {
      ...shared,
      method: "POST",
      path: token,
      summary: "Redeem a code, refresh a token, or revoke one (RFC 6749, RFC 7009)",
      bodyContent: { "application/x-www-form-urlencoded": form },
      answers: { 200: { description: "Tokens; empty after a revocation.", data: tokenSchema } },
    },
    respond,
  );
  register(
    router,
    {
      ...shared,
      method: "POST",
      path: registration,
      summary: "Register an MCP client (RFC 7591); it ends after a day in which nobody let it in",
      bodyContent: { "application/json": z.looseObject({ redirect_uris: z.array(z.string()) }) },
      answers: { 201: { description: "The client.", data: registrationSchema } },
    },
    respond,
  );
}

/** The library's answer, in OAuth's own form. */
async function respond(c: Context): Promise<Response> {
  const config = c.get("config");
  if (config.mcpSignIn === undefined) return notFound(c);
  const excess = await limitedByAddress(c);
  if (excess !== undefined) {
    return oauthError(429, "temporarily_unavailable", excess.message, excess.retry_after);
  }
  const oauth = oauthOf(c.env, config, () => Date.now());
  try {
    return await oauth.respond(atPublicOrigin(config, c.req.raw), c.executionCtx);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return oauthError(error.statusCode, error.code, error.description, 1);
  }
}

const anyOrigin = cors({
  origin: "*",
  allowMethods: ["GET", "POST"],
  exposeHeaders: ["www-authenticate", "retry-after"],
  maxAge: 7_200,
});

const limitedBody: Middleware = bodyLimit({
  maxSize: largestBody,
  onError: () => oauthError(413, "invalid_request", `The body exceeds ${largestBody} bytes.`),
});

/** @param retryAfter seconds */
const oauthError = (
  status: number,
  error: string,
  description: string,
  retryAfter?: number,
): Response =>
  Response.json(
    { error, error_description: description },
    {
      status,
      headers: {
        "cache-control": "no-store",
        ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
      },
    },
  );
