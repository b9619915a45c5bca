import {
  failure,
  invalidField,
  type ErrorCode,
  type ErrorDetails,
  type Failure,
} from "../contract/errors.ts";
import { isRecord, parseJson, recordOf, textOf } from "./json.ts";
import { envelopeOf } from "./microsoft-error.ts";
import { boundedText } from "./bounded-text.ts";
import type { Unreadable } from "./json-answer.ts";
import { markedFailure, ownOutcome, thrownFailure } from "./own-error.ts";
import type { FailureContext, Peer, ReadFailure } from "./peer.ts";
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

/** An answer that stands for one that was lost behind a gateway. */
const lostAnswerStatuses: ReadonlySet<number> = new Set([408, 502, 504]);

/** Whether a write may have been done for all this answer says; a 503 with Retry-After did nothing. */
const mayBeDone = (status: number, retryAfter: number | undefined): boolean =>
  lostAnswerStatuses.has(status) || (status === 503 && retryAfter === undefined);

/** Failure of a call that got no answer at all. */
const lost = (kind: "network_error" | "timeout", write: boolean, unreached: string): Failure => {
  const details = write ? { details: { outcome: "unknown" as const } } : {};
  return kind === "timeout"
    ? failure("upstream_timeout", sentences.upstream_timeout, details)
    : failure("upstream_unavailable", unreached, details);
};

const unreadableSentences: Readonly<Record<Unreadable, string>> = {
  not_json: "Microsoft's answer is not readable as JSON.",
  redirect: "Microsoft's answer leads elsewhere instead of answering.",
  unexpected_body: "Microsoft's answer is not of the shape it should have.",
};

const unreadable = (reason: Unreadable, write: boolean): Failure =>
  failure("upstream_error", unreadableSentences[reason], {
    details: { reason, ...(write ? { outcome: "unknown" as const } : {}) },
  });

/** A good status over a body that is not what its URL promises: its meaning is unknown. */
export const unexpectedBody = (write: boolean): Failure => unreadable("unexpected_body", write);

/**
 * Reads an error answer (Graph's, ARM's, Key Vault's or OData's JSON, Storage's header, an edge's
 * HTML, or nothing) into a failure. The sentence is ours; Microsoft's own is quoted only where it
 * explains a request that was refused as invalid, and without anything that looks like a secret.
 * An answer of the connection itself (`x-azure-error`) is passed on as it is.
 */
export async function upstreamFailure(
  response: Response,
  context: FailureContext,
): Promise<Failure> {
  return (await throughConnection.readFailure(response, context)).reason;
}

/** A Durable Object that sheds load marks its errors so; retrying adds to the load. */
const isOverloaded = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "overloaded" in error && error.overloaded === true;

/** A stub's promise serves `fetch` before it is awaited, but cannot pass a request's signal on. */
const isUnawaited = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "DataCloneError";

const unawaited = (): Failure =>
  invalidField("fetcher", "must be awaited before it is given to a client");

/** Microsoft, asked by the `fetch` of a connection: what the connection itself answers is marked. */
export const throughConnection: Peer = {
  async readFailure(response, context) {
    const body = parseJson(await boundedText(response));
    const own = markedFailure(response.headers, envelopeOf(body), context.now);
    return own === undefined
      ? microsoftRefusal(response, body, context)
      : { reason: own, outcome: ownOutcome(own) };
  },
  thrown(error) {
    const own = thrownFailure(error);
    if (own !== undefined) return { reason: own, outcome: ownOutcome(own) };
    if (isUnawaited(error)) return { reason: unawaited(), outcome: "final" };
    return isOverloaded(error) ? { outcome: "final" } : undefined;
  },
  // A connection that could not reach Microsoft says so itself: this call did not come so far.
  lostAnswer: (kind, write) =>
    lost(kind, write, "No answer came: the request or its answer was lost on the way."),
  unreadable,
};

/** Microsoft, asked by a plain `fetch`: an answer marked as ours is not believed. */
export const microsoftItself: Peer = {
  ...throughConnection,
  async readFailure(response, context) {
    const body = parseJson(await boundedText(response));
    return microsoftRefusal(response, body, context);
  },
  lostAnswer: (kind, write) => lost(kind, write, "Microsoft could not be reached."),
};

const microsoftRefusal = (
  response: Response,
  body: unknown,
  context: FailureContext,
): ReadFailure => ({
  reason: microsoftFailure(response, body, context),
  outcome: { status: response.status },
});

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
