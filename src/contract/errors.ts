import { defined } from "./defined.ts";
import type { ErrorReason } from "./error-reason.ts";
import { isSafeMethod } from "./http-method.ts";
import type { Remedy } from "./remedy.ts";

/** Every code a caller can meet, with the HTTP status it travels under. */
export const errorStatuses = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  action_required: 424,
  throttled: 429,
  internal_error: 500,
  upstream_error: 502,
  app_misconfigured: 503,
  upstream_unavailable: 503,
  upstream_timeout: 504,
} as const;

export type ErrorCode = keyof typeof errorStatuses;
export type ErrorStatus = (typeof errorStatuses)[ErrorCode];

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(errorStatuses, code);

/** What an error says beyond its sentence. Nothing here may hold a token, a secret or a code. */
export interface ErrorDetails {
  /** The request parameter, body field or configuration variable that is wrong. */
  field?: string;
  variable?: string;
  /** Why, for programs. */
  reason?: ErrorReason;
  /** Of the directory, and what brings it about. */
  table?: string;
  column?: string;
  /** What repairs it. */
  command?: string;
  /** Microsoft's own error code and request id. */
  upstream_code?: string;
  upstream_status?: number;
  upstream_request_id?: string;
  /** A write whose answer was lost: it may have happened. */
  outcome?: "unknown";
  [name: string]: unknown;
}

/** A failure as a value. Snake case because it is JSON of the public contract as it stands. */
export interface Failure {
  code: ErrorCode;
  /** One sentence a person can act on. */
  message: string;
  request_id?: string;
  /** Seconds. */
  retry_after?: number;
  remedy?: Remedy;
  details?: ErrorDetails;
}

export type FailureOptions = Omit<Failure, "code" | "message">;

export const failure = (
  code: ErrorCode,
  message: string,
  options: FailureOptions = {},
): Failure => ({
  code,
  message,
  ...options,
});

/** What was thrown, by the failure it became: no field of it, so that no envelope and no RPC carries it. */
const causes = new WeakMap<Failure, unknown>();

/** @returns the failure; an {@link AzureError} of it has this cause */
export const causedBy = (cause: unknown, reason: Failure): Failure => {
  causes.set(reason, cause);
  return reason;
};

const causeOf = (reason: Failure): ErrorOptions | undefined =>
  causes.has(reason) ? { cause: causes.get(reason) } : undefined;

/** The failure with other details, and its cause. */
export const withDetails = (reason: Failure, details: ErrorDetails): Failure => {
  const changed = { ...reason, details };
  return causes.has(reason) ? causedBy(causes.get(reason), changed) : changed;
};

/** A request with something wrong in it, named. @param expected the end of a sentence about `field` */
export const invalidField = (field: string, expected: string): Failure =>
  failure("invalid_request", `${field} ${expected}.`, { details: { field } });

/** The failure with its field called as another door calls it, in the sentence too. */
export function renamedField(reason: Failure, nameOf: (field: string) => string): Failure {
  const { field } = reason.details ?? {};
  if (field === undefined) return reason;
  const name = nameOf(field);
  if (name === field) return reason;
  const message = reason.message.replaceAll(field, name);
  return { ...reason, message, details: { ...reason.details, field: name } };
}

/** What contradicts the state of things. @param reason for programs */
export const conflict = (reason: ErrorReason, message: string): Failure =>
  failure("conflict", message, { details: { reason } });

/** What is known of a request that was sent, and whose answer was lost: a write may be done. */
export const lostOutcome = (method: string): Pick<ErrorDetails, "outcome"> =>
  isSafeMethod(method) ? {} : { outcome: "unknown" };

/** The same answer for what does not exist and for what belongs to another user. */
export const unknownConnection = (): Failure =>
  failure("not_found", "There is no such connection.");

/**
 * A failure thrown at the public edge. Its fields are own properties, because those, and not the
 * prototype, survive Workers RPC: a sibling distinguishes errors by `code`.
 */
export class AzureError extends Error {
  override readonly name = "AzureError";
  readonly code: ErrorCode;
  readonly status: ErrorStatus;
  // Set where the failure has them.
  declare readonly request_id?: string;
  declare readonly retry_after?: number;
  declare readonly remedy?: Remedy;
  declare readonly details?: ErrorDetails;

  /** @param options default: what was thrown, see {@link causedBy}. RPC and HTTP carry no cause */
  constructor(reason: Failure, options: ErrorOptions | undefined = causeOf(reason)) {
    super(reason.message, options);
    this.code = reason.code;
    this.status = errorStatuses[reason.code];
    const { request_id, retry_after, remedy, details } = reason;
    Object.assign(this, defined({ request_id, retry_after, remedy, details }));
  }
}

/**
 * Whether what was thrown is an {@link AzureError}, of whatever class: RPC carries an error's own
 * properties to a sibling, and not its class.
 */
export const isAzureError = (error: unknown): error is AzureError =>
  error instanceof Error &&
  "code" in error &&
  isErrorCode(error.code) &&
  "status" in error &&
  error.status === errorStatuses[error.code];

/** The JSON body of an error answer. */
export interface ErrorEnvelope extends Omit<Failure, "message"> {
  success: false;
  error: string;
}

export const errorEnvelope = ({ message, ...rest }: Failure): ErrorEnvelope => ({
  success: false,
  error: message,
  ...rest,
});

/** Marks an answer that is ours and not Microsoft's, where both come through the same `fetch`. */
export const ownErrorHeader = "x-azure-error";

/** The answer that carries a failure over HTTP. */
export const errorResponse = (reason: Failure, headers?: ResponseHeaders): Response =>
  markedResponse(reason, errorEnvelope(reason), headers);

type ResponseHeaders = Headers | Readonly<Record<string, string>>;

/** The answer that carries a failure in a body of another form, where Microsoft's answers come too. */
export function markedResponse(
  reason: Failure,
  body: object,
  headers: ResponseHeaders = {},
): Response {
  const response = Response.json(body, {
    status: errorStatuses[reason.code],
    headers,
  });
  response.headers.set(ownErrorHeader, reason.code);
  response.headers.set("cache-control", "no-store");
  if (reason.retry_after !== undefined) {
    response.headers.set("retry-after", String(Math.ceil(reason.retry_after)));
  }
  return response;
}

/** What a log may say of an error: its message can hold a secret. */
export const errorName = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;
