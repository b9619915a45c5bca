import { defined } from "../contract/defined.ts";
import {
  type ErrorCode,
  errorResponse,
  errorStatuses,
  failure,
  isErrorCode,
  ownErrorHeader,
} from "../contract/errors.ts";
import { isRecord, parseJson } from "../http/json.ts";
import { retryAfterSeconds } from "../http/retry-after.ts";

/** The code of a status, for an answer without an envelope. */
const codeOfStatus: ReadonlyMap<number, ErrorCode> = new Map(
  (
    [
      "invalid_request",
      "unauthenticated",
      "forbidden",
      "not_found",
      "conflict",
      "payload_too_large",
      "throttled",
      "internal_error",
      "upstream_error",
      "upstream_unavailable",
      "upstream_timeout",
    ] as const
  ).map((code) => [errorStatuses[code], code]),
);

const isEnvelope = (body: unknown): boolean =>
  isRecord(body) &&
  body["success"] === false &&
  typeof body["error"] === "string" &&
  isErrorCode(body["code"]);

/**
 * An error answer of our Worker as the transport knows it. A browser of another origin sees
 * neither `x-azure-error` nor Retry-After, so the envelope is recognised by its shape; what a proxy
 * or an edge answers in the Worker's place gets an envelope of its own.
 */
export async function ownAnswer(response: Response, now: number): Promise<Response> {
  if (response.status < 400 || response.headers.has(ownErrorHeader)) return response;
  const text = await response.text().catch(() => "");
  if (isEnvelope(parseJson(text))) {
    const headers = new Headers(response.headers);
    headers.set(ownErrorHeader, "1");
    return new Response(text, { status: response.status, headers });
  }
  const { status, headers } = response;
  const code = codeOfStatus.get(status) ?? (status >= 500 ? "internal_error" : "invalid_request");
  const retryAfter = retryAfterSeconds(headers, now);
  const message = `The connection service answered ${status} without saying why.`;
  return errorResponse(failure(code, message, defined({ retry_after: retryAfter })));
}

/** An answer in place of one that never came. @param write what was asked for may have been done */
export function noAnswer(
  origin: string,
  { write, timedOut }: { write: boolean; timedOut: boolean },
): Response {
  const service = `The connection service at ${origin}`;
  const details = write ? { details: { outcome: "unknown" as const } } : {};
  return errorResponse(
    timedOut
      ? failure("upstream_timeout", `${service} did not answer in time.`, details)
      : failure("upstream_unavailable", `${service} could not be reached.`, details),
  );
}
