import type { SandboxWorld } from "../create-world.ts";
import { authorityOf } from "../tenants.ts";
import { isKnownClient, isPublicClient, unknownClient } from "./client.ts";
import { DEVICE_CODE_LIFETIME_S } from "./device-codes.ts";
import { failure } from "./entra-error.ts";
import { echoedRequestId, entraHeaders } from "./environment.ts";
import type { EntraContext } from "./environment.ts";
import { jsonError } from "./error-answer.ts";
import { requiredField } from "./grant-request.ts";
import { parseScope } from "./scope.ts";

/**
 * POST /{tenant}/oauth2/v2.0/devicecode: a code for the device, and one for the person. Fails with
 * 90002 (no such tenant), 900144 (no client_id or scope), 700016 (no such client), 70011 (scope).
 */
export async function deviceCodeEndpoint(
  context: EntraContext,
  world: SandboxWorld,
): Promise<Response> {
  const form = new URLSearchParams(new TextDecoder().decode(await context.req.arrayBuffer()));
  const segment = context.req.param("tenant") ?? "";
  const refuse = (error: Parameters<typeof jsonError>[2]) => jsonError(context, world, error, form);
  const authority = authorityOf(segment);
  if (!authority) return refuse(failure(90002, `Tenant '${segment}' not found.`).error);
  const clientId = requiredField(form, "client_id");
  if (!clientId.ok) return refuse(clientId.error);
  if (!isKnownClient(clientId.value) && !isPublicClient(clientId.value))
    return refuse(unknownClient(clientId.value, segment).error);
  const scope = requiredField(form, "scope");
  if (!scope.ok) return refuse(scope.error);
  const asked = parseScope(scope.value);
  if (!asked.ok) return refuse(asked.error);
  const code = world.deviceCodes.issue({
    clientId: clientId.value.toLowerCase(),
    segment,
    scope: scope.value,
    issuedAt: world.now(),
    interval: world.settings.device_code_interval_s,
  });
  // Microsoft's is https://login.microsoft.com/device, wherever the code was asked for.
  const page = `${context.env.base}/device`;
  return Response.json(
    {
      user_code: code.userCode,
      device_code: code.deviceCode,
      verification_uri: page,
      expires_in: DEVICE_CODE_LIFETIME_S,
      interval: code.interval,
      message: `To sign in, use a web browser to open the page ${page} and enter the code ${code.userCode} to authenticate.`,
    },
    { headers: { ...entraHeaders(world), ...echoedRequestId(context, form) } },
  );
}
