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

/** Why something failed, for programs: every value of `details.reason`. */
export const errorReasons = [
  // The caller and its request.
  "missing_scope",
  "personal_account",
  "too_many_labels",
  "too_many_resources",
  "too_many_sign_ins",
  "too_many_sockets",
  "no_backup",
  // The connection.
  "connected",
  "disconnected",
  "different_account",
  "missing_scopes",
  "no_refresh_token",
  "other_browser",
  "tampered",
  "unknown_key",
  "mailbox_busy",
  // A sign-in whose callback came once more.
  "under_way",
  "awaits_confirmation",
  "finished",
  // A sign-in that was refused, in this service's own words.
  "access_denied",
  "tenant_required",
  "admin_consent",
  "contact_admin",
  "network",
  "timeout",
  "invalid_response",
  "id_token_invalid",
  "wrong_tenant",
  "invalid_callback",
  "no_client_secret",
  // The same, in OAuth's: `error` of RFC 6749, RFC 8628, RFC 8707, OpenID Connect and Entra.
  "account_selection_required",
  "authorization_declined",
  "authorization_pending",
  "bad_verification_code",
  "consent_required",
  "expired_token",
  "interaction_required",
  "invalid_client",
  "invalid_grant",
  "invalid_instance",
  "invalid_request",
  "invalid_resource",
  "invalid_scope",
  "invalid_target",
  "invalid_tenant",
  "login_required",
  "permission_denied",
  "server_error",
  "slow_down",
  "temporarily_unavailable",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_response_type",
  /** An `error` that is none of these. */
  "unknown_error",
  // What Microsoft answered to a call.
  "foreign_link",
  "unreadable_link",
  "repeated_link",
  "link_expired",
  "redirect",
  "odd_status",
  "not_json",
  "unexpected_body",
  "no_collection",
  "no_delta",
  "resync_loop",
  "upload_out_of_step",
  "upload_session_lost",
  "operation_ended",
  // The deployment.
  "missing_binding",
  "missing_table",
  "missing_column",
  "directory_unreachable",
] as const;
export type ErrorReason = (typeof errorReasons)[number];

const knownReasons: ReadonlySet<string> = new Set(errorReasons);

export const isErrorReason = (word: unknown): word is ErrorReason =>
  typeof word === "string" && knownReasons.has(word);

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

/** A request with something wrong in it, named. @param expected the end of a sentence about `field` */
export const invalidField = (field: string, expected: string): Failure =>
  failure("invalid_request", `${field} ${expected}.`, { details: { field } });

/** What contradicts the state of things. @param reason for programs */
export const conflict = (reason: ErrorReason, message: string): Failure =>
  failure("conflict", message, { details: { reason } });

/** What is known of a request that was sent, and whose answer was lost: a write may be done. */
export const lostOutcome = (method: string): Pick<ErrorDetails, "outcome"> =>
  ["GET", "HEAD", "OPTIONS"].includes(method.toUpperCase()) ? {} : { outcome: "unknown" };

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
  readonly request_id?: string;
  readonly retry_after?: number;
  readonly remedy?: Remedy;
  readonly details?: ErrorDetails;

  /** @param options the cause stays on this side: RPC and HTTP carry the fields alone */
  constructor(reason: Failure, options?: ErrorOptions) {
    super(reason.message, options);
    this.code = reason.code;
    this.status = errorStatuses[reason.code];
    if (reason.request_id !== undefined) this.request_id = reason.request_id;
    if (reason.retry_after !== undefined) this.retry_after = reason.retry_after;
    if (reason.remedy !== undefined) this.remedy = reason.remedy;
    if (reason.details !== undefined) this.details = reason.details;
  }
}

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

/** The answer that carries a failure over HTTP, and through a stub's `fetch`. */
export function errorResponse(
  reason: Failure,
  headers: HeadersInit = {},
  body: object = errorEnvelope(reason),
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
