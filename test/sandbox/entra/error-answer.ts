import type { SandboxWorld } from "../create-world.ts";
import { aadstsEntry } from "./aadsts.ts";
import { errorBody } from "./entra-error.ts";
import type { EntraError } from "./entra-error.ts";
import { correlationOf, echoedRequestId, entraHeaders } from "./environment.ts";
import type { EntraContext } from "./environment.ts";
import { errorPage } from "./pages.ts";

/** Answers a program: Entra's JSON body with the code's own status. */
export function jsonError(
  context: EntraContext,
  world: SandboxWorld,
  failed: EntraError,
  form?: URLSearchParams,
): Response {
  const correlationId = correlationOf(context, world, form);
  return Response.json(errorBody(world, failed, correlationId, context.env.base), {
    status: aadstsEntry(failed.code).status,
    headers: { ...entraHeaders(world), ...echoedRequestId(context, form) },
  });
}

/** Answers a person: a page, for what must not be redirected. */
export async function pageError(
  context: EntraContext,
  world: SandboxWorld,
  failed: EntraError,
): Promise<Response> {
  const body = errorBody(world, failed, correlationOf(context, world), context.env.base);
  return context.html(errorPage(body), 400, entraHeaders(world));
}
