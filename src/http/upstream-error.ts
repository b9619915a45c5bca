import { failure, type ErrorCode, type ErrorDetails, type Failure } from "../contract/errors.ts";
import { isRecord, parseJson, recordOf, textOf } from "./json.ts";
import { envelopeOf } from "./microsoft-error.ts";
import { markedFailure } from "./own-error.ts";
import { redacted } from "./redact.ts";
import { retryAfterSeconds } from "./retry-after.ts";
import { defined } from "../contract/defined.ts";

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: "invalid_request",
  // It reaches a client only after the connection has tried a fresh token: no sign-in would help, and
  // nothing says what would.
  401: "upstream_error",
  403: "forbidden",
  404: "not_found",
  408: "upstream_timeout",
  409: "conflict",
  410: "not_found",
  412: "conflict",
  413: "payload_too_large",
  423: "conflict",
  429: "throttled",
  451: "forbidden",
  503: "upstream_unavailable",
  504: "upstream_timeout",
};

/** The code under which an error status of Microsoft's is reported to our callers. */
export const errorCodeOf = (status: number): ErrorCode =>
  codeOfStatus[status] ?? (status >= 400 && status < 500 ? "invalid_request" : "upstream_error");

const sentences: Readonly<Record<ErrorCode, string>> = {
  invalid_request: "Microsoft refused the request as invalid.",
  unauthenticated: "Microsoft did not accept the credential.",
  action_required: "Somebody has to act before Microsoft answers this.",
  forbidden: "Microsoft denied this: the account or its consent does not allow it.",
  not_found: "Microsoft knows no such item.",
  conflict: "The item is in another state than the request expects.",
  payload_too_large: "Microsoft refused the request as too large.",
  throttled: "Microsoft asks to slow down.",
  internal_error: "Something went wrong here.",
  upstream_error: "Microsoft failed to answer this request.",
  app_misconfigured: "The application is not configured correctly.",
  upstream_unavailable: "Microsoft is not available at the moment.",
  upstream_timeout: "Microsoft did not answer in time.",
};

export interface FailureContext {
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether the request was meant to change something: then a lost answer is an unknown outcome. */
  write: boolean;
  /** False: Microsoft itself was asked, so an answer marked as ours is not believed. Default true. */
  ownErrors?: boolean | undefined;
}

export interface ReadFailure {
  reason: Failure;
  /** It is the connection's own error, not Microsoft's. */
  own: boolean;
}

/** An answer that stands for one that was lost behind a gateway. */
const lostAnswerStatuses: ReadonlySet<number> = new Set([408, 502, 504]);

/** Whether a write may have been done for all this answer says; a 503 with Retry-After did nothing. */
const mayBeDone = (status: number, retryAfter: number | undefined): boolean =>
  lostAnswerStatuses.has(status) || (status === 503 && retryAfter === undefined);

/** Error bodies are a few hundred bytes; nothing beyond this is read. */
const maxBodyBytes = 64 * 1024;

/** Failure of a call that got no answer at all. */
export function lostAnswer(kind: "network_error" | "timeout", write: boolean): Failure {
  const code = kind === "timeout" ? "upstream_timeout" : "upstream_unavailable";
  const message =
    kind === "timeout" ? sentences.upstream_timeout : "Microsoft could not be reached.";
  return failure(code, message, write ? { details: { outcome: "unknown" } } : {});
}

/** A good status over a body that is not what its URL promises: its meaning is unknown. */
export const unexpectedBody = (write: boolean): Failure =>
  failure("upstream_error", "Microsoft's answer is not of the shape it should have.", {
    details: { reason: "unexpected_body", ...(write && { outcome: "unknown" }) },
  });

/**
 * Reads an error answer (Graph's, ARM's, Key Vault's or OData's JSON, Storage's header, an edge's
 * HTML, or nothing) into a failure. The sentence is ours; Microsoft's own is quoted only where it
 * explains a request that was refused as invalid, and without anything that looks like a secret.
 * An answer of the connection itself (`x-azure-error`) is passed on as it is.
 */
export async function readFailure(
  response: Response,
  { now, write, ownErrors = true }: FailureContext,
): Promise<ReadFailure> {
  const body = parseJson(await boundedText(response));
  const own = ownErrors ? markedFailure(response.headers, envelopeOf(body), now) : undefined;
  if (own !== undefined) return { reason: own, own: true };
  return { reason: microsoftFailure(response, body, { now, write }), own: false };
}

/** {@link readFailure}, for whom it makes no difference whose error it is. */
export const upstreamFailure = async (
  response: Response,
  context: FailureContext,
): Promise<Failure> => (await readFailure(response, context)).reason;

function microsoftFailure(
  response: Response,
  body: unknown,
  { now, write }: FailureContext,
): Failure {
  const { status, headers } = response;
  const upstream = upstreamError(body);
  const code = errorCodeOf(status);
  const upstreamCode = safeCode(upstream.code) ?? safeCode(headers.get("x-ms-error-code"));
  const innerCode = safeCode(upstream.innerCode);
  const requestId = upstreamRequestId(headers) ?? safeCode(upstream.requestId);
  const quotable = code === "invalid_request" ? redacted(upstream.message ?? "") : "";
  const retryAfter = retryableStatus(status) ? retryAfterSeconds(headers, now) : undefined;

  const details: ErrorDetails = { upstream_status: status };
  if (upstreamCode !== undefined) details.upstream_code = upstreamCode;
  if (innerCode !== undefined) details["upstream_inner_code"] = innerCode;
  if (requestId !== undefined) details.upstream_request_id = requestId;
  if (write && mayBeDone(status, retryAfter)) details.outcome = "unknown";
  return failure(
    code,
    quotable === "" ? sentences[code] : `Microsoft refused the request as invalid: ${quotable}`,
    { ...defined({ retry_after: retryAfter }), details },
  );
}

const retryableStatus = (status: number): boolean =>
  status >= 500 || [408, 409, 423, 429].includes(status);

interface UpstreamError {
  code?: string | undefined;
  message?: string | undefined;
  innerCode?: string | undefined;
  requestId?: string | undefined;
}

function upstreamError(body: unknown): UpstreamError {
  const whole = recordOf(body);
  const { error } = whole;
  if (typeof error === "string") return { code: error };
  // Some resource providers leave the wrapper out.
  const inside = isRecord(error) ? error : whole;
  const { message, innerError, innererror } = inside;
  // `innerError` in practice, `innererror` in the schema and from Key Vault.
  const inner = isRecord(innerError) ? innerError : recordOf(innererror);
  return {
    code: textOf(inside["code"]),
    // OData v2 wraps the sentence: `{ lang, value }`.
    message: textOf(message) ?? textOf(recordOf(message)["value"]),
    innerCode: textOf(inner["code"]),
    requestId: textOf(inner["request-id"]),
  };
}

/** Microsoft's id of a request, by which its support finds it: Graph's header, or everybody else's. */
export const upstreamRequestId = (headers: Headers): string | undefined =>
  safeCode(headers.get("request-id")) ?? safeCode(headers.get("x-ms-request-id"));

/** Codes and ids are short words; anything else in their place is not repeated. */
export const safeCode = (value: string | null | undefined): string | undefined =>
  value && /^(?!eyJ)[\w.:-]{1,100}$/.test(value) ? value : undefined;

async function boundedText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let read = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return read + decoder.decode();
      bytes += value.byteLength;
      read += decoder.decode(value, { stream: true });
      if (bytes > maxBodyBytes) break;
    }
    await reader.cancel();
  } catch {
    // A body that broke off still came with a status and headers.
  }
  return read;
}

export { boundedText };
