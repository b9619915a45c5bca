import * as z from "zod";
import { AzureError, failure } from "../contract/errors.ts";
import type { Federation } from "../entra/credential.ts";
import { discoveryDocument, discoveryPath, keySet, keySetPath } from "../entra/federation.ts";
import type { Context } from "../front/context.ts";
import { register } from "../front/register.ts";
import type { Router } from "../front/router.ts";

const discoverySchema = z.object({
  issuer: z.string(),
  jwks_uri: z.string(),
  response_types_supported: z.array(z.string()),
  subject_types_supported: z.array(z.string()),
  id_token_signing_alg_values_supported: z.array(z.string()),
});
const keySetSchema = z.object({
  keys: z.array(
    z.object({
      kty: z.literal("RSA"),
      use: z.literal("sig"),
      alg: z.literal("RS256"),
      kid: z.string(),
      n: z.string(),
      e: z.string(),
    }),
  ),
});

/** Seconds that a document may be kept: a new key has to be known before it signs. */
const maxAge = 3600;

const common = {
  method: "GET",
  tag: "service",
  scope: "open",
  // Whoever fetches metadata may name itself in the query.
  openQuery: true,
} as const;

/** The documents of this Worker's own issuer, which Entra fetches to check its assertions. */
export function federationRoutes(router: Router): void {
  register(
    router,
    {
      ...common,
      path: `/federation${discoveryPath}`,
      summary: "The issuer of the application's assertions (OpenID Connect Discovery)",
      answers: {
        200: { description: "404 without federation keys.", data: discoverySchema },
      },
    },
    (c) => published(c, discoveryDocument(federationOf(c))),
  );
  register(
    router,
    {
      ...common,
      path: `/federation${keySetPath}`,
      summary: "The public keys of the application's assertions (JWK set)",
      answers: { 200: { description: "404 without federation keys.", data: keySetSchema } },
    },
    async (c) => published(c, await keySet(federationOf(c))),
  );
}

/** @throws AzureError `not_found` where this Worker is no issuer */
function federationOf(c: Context): Federation {
  const { federation } = c.get("config");
  if (federation !== undefined) return federation;
  throw new AzureError(failure("not_found", "This Worker publishes no federation keys."));
}

const published = (c: Context, document: object): Response =>
  c.json(document, 200, { "cache-control": `public, max-age=${maxAge}` });
