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
