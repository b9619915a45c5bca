import { AzureError } from "../contract/errors.ts";

/** Why nothing was connected, for programs. */
export const connectReasons = [
  /** The browser opens windows within a click alone, or not at all for this page. */
  "popup_blocked",
  /** The person closed the window. */
  "window_closed",
  "timed_out",
  /** The person declined the permissions. */
  "access_denied",
  /** An administrator has to approve the application. */
  "admin_consent",
  /** An administrator has to assign or unblock the account. */
  "contact_admin",
  /** A guest, or a personal account that is one: `tenantId` has to name the organization. */
  "tenant_required",
  /** These three: the account that was connected before still is. */
  "different_account",
  "missing_scopes",
  "no_refresh_token",
  /** Microsoft refused the sign-in for another reason; the message says it. */
  "sign_in_failed",
  /** This service refused a request or was not reached: `cause` is its `AzureError`. */
  "request_failed",
] as const;
export type ConnectReason = (typeof connectReasons)[number];

/** Words of the return URL, and of `details.reason`, that are reasons as they are. */
const ofSignIn: ReadonlySet<string> = new Set<ConnectReason>([
  "access_denied",
  "admin_consent",
  "contact_admin",
  "tenant_required",
  "different_account",
  "missing_scopes",
  "no_refresh_token",
]);

const isOfSignIn = (word: string | undefined): word is ConnectReason =>
  word !== undefined && ofSignIn.has(word);

/** Nothing was connected. `message` is a sentence for a person. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly reason: ConnectReason;

  constructor(reason: ConnectReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** @param error the word that came back to the return page. @param description its sentence */
export const refusedSignIn = (error: string, description: string): ConnectError =>
  new ConnectError(isOfSignIn(error) ? error : "sign_in_failed", description);

/** What a request of ours came to, by the caller's own `signal` excepted. */
export function failedRequest(error: unknown): unknown {
  if (!(error instanceof AzureError)) return error;
  const reason = error.details?.reason;
  return new ConnectError(isOfSignIn(reason) ? reason : "request_failed", error.message, {
    cause: error,
  });
}
