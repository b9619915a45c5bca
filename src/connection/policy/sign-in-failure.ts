import { defined } from "../../contract/defined.ts";
import { isPersonalTenant, isSharedTenant } from "../../entra/tenant.ts";
import type { TokenFailure } from "../../entra/token-endpoint.ts";
import { isErrorReason, type ErrorReason } from "../../contract/error-reason.ts";
import { failure, type ErrorCode, type ErrorDetails, type Failure } from "../../contract/errors.ts";
import type { Remedy } from "../../contract/remedy.ts";
import { appMisconfigured, entraUnavailable } from "./remedies.ts";
import { appRetryInterval } from "./renewal-policy.ts";

/** The person declined the permissions, on a page that offered them. */
const declined = 65004;

/**
 * Codes for a guest or a personal account whose tenant the request did not name: 500202 says so, the
 * others say that the account is not in the tenant, and at a shared authority none was named.
 */
const tenantless: ReadonlySet<number> = new Set([
  16003, 50020, 50059, 50128, 51004, 90072, 500200, 500201, 500202,
]);

/**
 * Whether the person said no. Microsoft says `access_denied` also where an administrator has to approve
 * the application or to assign the account to it: such an answer carries a code of its own.
 */
function isOwnRefusal({ code, codes, suberror }: TokenFailure): boolean {
  if (codes.length > 0) return codes.every((one) => one === declined);
  return code === "access_denied" || suberror === "cancel";
}

/** Why it failed, for programs: the action if an administrator has to act, else OAuth's own word. */
function reasonOf({ code, disposition }: TokenFailure): ErrorReason {
  const { action } = disposition;
  return action === "admin_consent" || action === "contact_admin" ? action : oauthReason(code);
}

/** OAuth's `error`, or this service's word for what failed, as a reason of the public contract. */
export const oauthReason = (code: string): ErrorReason =>
  isErrorReason(code) ? code : "unknown_error";

function codeOf({ disposition: { action, latch } }: TokenFailure): ErrorCode {
  if (action === "retry") return "upstream_unavailable";
  if (action === "fix_app") return "app_misconfigured";
  return latch === "none" ? "invalid_request" : "action_required";
}

/**
 * The failure of a sign-in that Microsoft or this service refused. `details.reason` is for programs.
 *
 * @param tenant the authority's path segment it was started at
 * @param remedy of the refusal
 */
export function signInFailure(
  cause: TokenFailure,
  { tenant, remedy }: { tenant: string; remedy: Remedy },
): Failure {
  const { disposition, codes, requestId } = cause;
  const details = (reason: ErrorReason, more: ErrorDetails = {}): { details: ErrorDetails } => ({
    details: {
      reason,
      ...more,
      ...defined({ upstream_request_id: requestId, aadsts: disposition.aadsts }),
    },
  });
  if (isOwnRefusal(cause)) {
    return failure(
      "forbidden",
      codes.length > 0
        ? "The permission this application asked for was not given."
        : "The sign-in was cancelled, or the permission it asked for was not given.",
      details("access_denied"),
    );
  }
  if (isSharedTenant(tenant) && codes.some((code) => tenantless.has(code))) {
    return failure(
      "invalid_request",
      "This account is a guest of an organization, and the sign-in has to name that organization: start again with tenantId, its tenant id or domain.",
      details("tenant_required", { field: "tenantId" }),
    );
  }
  if (isPersonalTenant(tenant) && cause.code === "invalid_scope") {
    return failure(
      "invalid_request",
      "Microsoft does not offer these permissions to personal accounts: start again with others in scopes.",
      details("invalid_scope", { field: "scopes" }),
    );
  }
  const code = codeOf(cause);
  return failure(code, disposition.message, {
    ...details(reasonOf(cause)),
    ...(code === "action_required" && { remedy }),
  });
}

/** What says nothing of the grant: Entra could not be asked, or refused the application itself. */
export function notProven({ disposition, retryAfterSeconds }: TokenFailure): Failure | undefined {
  if (disposition.latch === "app") {
    return appMisconfigured(disposition, appRetryInterval / 1_000);
  }
  return disposition.action === "retry" ? entraUnavailable(retryAfterSeconds ?? 1) : undefined;
}
