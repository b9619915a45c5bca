import type { Context } from "hono";
import type { SandboxWorld } from "../create-world.ts";
import type { EntraError } from "./entra-error.ts";

export interface EntraEnvironment {
  Bindings: {
    base: string;
    /** Tells the request log who signed in. */
    record?: (user: string) => void;
    /** What a test wants answered instead. */
    fault?: EntraError;
  };
}

export type EntraContext = Context<EntraEnvironment>;

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The id the client gave its request, by header, query or form; Entra takes GUIDs alone. */
function clientRequestId(context: EntraContext, form?: URLSearchParams): string | undefined {
  const given =
    context.req.header("client-request-id") ??
    context.req.query("client-request-id") ??
    form?.get("client-request-id");
  return given && guid.test(given) ? given : undefined;
}

/** The id both sides log: the client's, or a new one. */
export const correlationOf = (
  context: EntraContext,
  world: SandboxWorld,
  form?: URLSearchParams,
): string => clientRequestId(context, form) ?? world.guid();

/** The header that gives a token request its id back. */
export function echoedRequestId(
  context: EntraContext,
  form?: URLSearchParams,
): Record<string, string> {
  const id = clientRequestId(context, form);
  return id === undefined ? {} : { "client-request-id": id };
}

/** Headers every answer of Entra carries. */
export function entraHeaders(world: SandboxWorld): Record<string, string> {
  return {
    "cache-control": "no-store, no-cache",
    pragma: "no-cache",
    expires: "-1",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-ms-request-id": world.guid(),
    "x-ms-ests-server": "2.1.22000.0 - SANDBOX ProdSlices",
    "x-ms-httpver": "1.1",
    "set-cookie": `fpc=${world.guid().replaceAll("-", "")}; path=/; HttpOnly; SameSite=Lax`,
  };
}
