import type { SandboxWorld } from "../create-world.ts";
import { aadstsEntry } from "./aadsts.ts";
import { messageOf } from "./messages.ts";

/** A failure of Entra, before it is put into a body, a page or a redirect. */
export interface EntraError {
  code: number;
  /** Replaces the usual sentence. */
  message?: string;
  /** Replaces the usual `error`: one code has several in the wild. */
  error?: string;
  suberror?: string | undefined;
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; error: EntraError };

export const failure = (code: number, message?: string): { ok: false; error: EntraError } => ({
  ok: false,
  error: message === undefined ? { code } : { code, message },
});

export interface EntraErrorBody {
  error: string;
  error_description: string;
  error_codes: number[];
  timestamp: string;
  trace_id: string;
  correlation_id: string;
  error_uri: string;
  suberror?: string;
  claims?: string;
}

const timestampOf = (time: number) =>
  `${new Date(time).toISOString().slice(0, 19).replace("T", " ")}Z`;

/** The policy a step-up has to satisfy, as Conditional Access names it. */
const policy = "fffffff1-0000-4000-8000-000000000001";
const stepUpClaims = JSON.stringify({
  access_token: { capolids: { essential: true, values: [policy] } },
});

/**
 * Entra's error body.
 * @param correlationId the client-request-id of the request, when it brought one
 * @param base the origin error_uri points to
 */
export function errorBody(
  world: SandboxWorld,
  failed: EntraError,
  correlationId: string,
  base: string,
): EntraErrorBody {
  const entry = aadstsEntry(failed.code);
  const timestamp = timestampOf(world.now());
  const traceId = world.guid();
  const suberror = failed.suberror ?? entry.suberror;
  return {
    error: failed.error ?? entry.error,
    error_description: [
      `AADSTS${failed.code}: ${failed.message ?? messageOf(failed.code)}`,
      `Trace ID: ${traceId}`,
      `Correlation ID: ${correlationId}`,
      `Timestamp: ${timestamp}`,
    ].join("\r\n"),
    error_codes: [failed.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `${base}/error?code=${failed.code}`,
    ...(suberror ? { suberror } : {}),
    ...(entry.claims ? { claims: stepUpClaims } : {}),
  };
}
