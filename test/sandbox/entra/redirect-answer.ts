import type { SandboxWorld } from "../create-world.ts";
import { aadstsEntry } from "./aadsts.ts";
import { errorBody } from "./entra-error.ts";
import type { EntraError } from "./entra-error.ts";
import { correlationOf, entraHeaders } from "./environment.ts";
import type { EntraContext } from "./environment.ts";
import { messageOf } from "./messages.ts";
import { formPostPage } from "./pages.ts";

export type ResponseMode = "query" | "fragment" | "form_post";

export interface ReturnAddress {
  redirectUri: string;
  responseMode: ResponseMode;
  state: string | undefined;
}

/** Sends the browser back to the application with these parameters and its own `state`. */
export async function redirectAnswer(
  context: EntraContext,
  world: SandboxWorld,
  address: ReturnAddress,
  fields: Record<string, string>,
): Promise<Response> {
  const parameters = new URLSearchParams(fields);
  if (address.state !== undefined) parameters.set("state", address.state);
  const headers = entraHeaders(world);
  if (address.responseMode === "form_post") {
    return context.html(formPostPage(address.redirectUri, parameters), 200, headers);
  }
  const mark = address.responseMode === "query" ? "?" : "#";
  const location = `${address.redirectUri}${mark}${parameters.toString()}`;
  return new Response(null, { status: 302, headers: { ...headers, location } });
}

/**
 * Sends the browser back from a personal account's sign-in: that page is another service's, whose
 * errors have no AADSTS code, no trace and no `error_uri`.
 */
export function redirectPersonalError(
  context: EntraContext,
  world: SandboxWorld,
  address: ReturnAddress,
  failed: EntraError,
): Promise<Response> {
  return redirectAnswer(context, world, address, {
    error: failed.error ?? aadstsEntry(failed.code).error,
    error_description: failed.message ?? messageOf(failed.code),
  });
}

/** Sends the browser back with an error in Microsoft's form. */
export function redirectError(
  context: EntraContext,
  world: SandboxWorld,
  address: ReturnAddress,
  failed: EntraError & { subcode?: string },
  extra: Record<string, string> = {},
): Promise<Response> {
  const body = errorBody(world, failed, correlationOf(context, world), context.env.base);
  return redirectAnswer(context, world, address, {
    ...extra,
    error: body.error,
    ...(failed.subcode ? { error_subcode: failed.subcode } : {}),
    error_description: body.error_description,
    error_uri: body.error_uri,
  });
}
