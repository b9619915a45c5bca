import type { SandboxWorld } from "../create-world.ts";
import { authorityOf } from "../tenants.ts";
import { authenticateClient, isPublicClient } from "./client.ts";
import { clientCredentials } from "./client-credentials-grant.ts";
import { readClaims } from "./claims-request.ts";
import { redeemCode } from "./code-grant.ts";
import { redeemDeviceCode } from "./device-code-grant.ts";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";
import { echoedRequestId, entraHeaders } from "./environment.ts";
import type { EntraContext } from "./environment.ts";
import { jsonError } from "./error-answer.ts";
import { requiredField } from "./grant-request.ts";
import type { Grant } from "./grant-request.ts";
import { redeemRefreshToken } from "./refresh-grant.ts";
import type { TokenAnswer } from "./user-tokens.ts";

const deviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code";

const grants: ReadonlyMap<string, Grant> = new Map([
  [deviceCodeGrant, redeemDeviceCode],
  // As MSAL writes it.
  ["device_code", redeemDeviceCode],
  ["authorization_code", redeemCode],
  ["refresh_token", redeemRefreshToken],
  ["client_credentials", clientCredentials],
]);

const formType = "application/x-www-form-urlencoded";

/** A token request, as far as its answer depends on it. */
export interface TokenRequest {
  /** The tenant segment of the path. */
  segment: string;
  headers: Headers;
  form: URLSearchParams;
  /** The origin of links in the answer. */
  base: string;
}

/** What Entra answers to a token request. */
export async function answerTokenRequest(
  world: SandboxWorld,
  { segment, headers, form, base }: TokenRequest,
): Promise<Outcome<TokenAnswer>> {
  const authority = authorityOf(segment);
  if (!authority) {
    return failure(
      90002,
      `Tenant '${segment}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  }
  const type = headers.get("content-type") ?? "";
  if (!type.toLowerCase().startsWith(formType)) {
    return failure(900144, "The request body must be form-encoded and name a 'grant_type'.");
  }
  const grantType = requiredField(form, "grant_type");
  if (!grantType.ok) return grantType;
  const grant = grants.get(grantType.value);
  if (!grant) {
    return failure(70003, `The app requested an unsupported grant type '${grantType.value}'.`);
  }
  if (form.has("resource")) return failure(901002);
  const authorization = headers.get("authorization") ?? undefined;
  const client = await authenticateClient({ world, form, authorization, authority, base });
  if (!client.ok) return client;
  // A public client is nobody by itself.
  if (isPublicClient(client.value.clientId) && grantType.value === "client_credentials")
    return failure(7000218);
  // A confidential client's secret has no business in a browser.
  if (headers.get("origin")) return failure(9002326);
  const claims = readClaims(form.get("claims"));
  if (!claims.ok) return claims;
  return grant({
    world,
    base,
    authority,
    form,
    clientId: client.value.clientId,
    claimsCapable: claims.value.claimsCapable,
  });
}

/** POST /{tenant}/oauth2/v2.0/token */
export async function tokenEndpoint(context: EntraContext, world: SandboxWorld): Promise<Response> {
  const body = new TextDecoder().decode(await context.req.arrayBuffer());
  const form = new URLSearchParams(body);
  const outcome = await answerTokenRequest(world, {
    segment: context.req.param("tenant") ?? "",
    headers: context.req.raw.headers,
    form,
    base: context.env.base,
  });
  if (!outcome.ok) return jsonError(context, world, outcome.error, form);
  return Response.json(outcome.value, {
    headers: { ...entraHeaders(world), ...echoedRequestId(context, form) },
  });
}
