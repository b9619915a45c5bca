import { failure, invalidField, type Failure } from "../../contract/errors.ts";
import { defined } from "../../contract/defined.ts";
import { byCode } from "../../entra/error-table.ts";
import type { Disposition } from "../../entra/errors.ts";
import type { TokenFailure } from "../../entra/token-failure.ts";
import { actionRequired, remedyOf } from "./remedies.ts";
import { notProven } from "./sign-in-failure.ts";

/**
 * A refusal of the application's own token. Nobody signs in for it: what a user would be asked, only an
 * administrator of the tenant can answer. Claims are not kept, since no sign-in would carry them.
 */
export function tenantFailure(refusal: TokenFailure): TokenFailure {
  const { claims: _, ...kept } = refusal;
  return { ...kept, disposition: tenantDisposition(refusal.disposition) };
}

/**
 * Why a tenant cannot be connected now.
 *
 * @returns `invalid_request` naming `tenantId` for one that Microsoft does not know, `action_required`
 *   with the remedy where the tenant lets the application not in; else what is wrong with us or Microsoft
 */
export function tenantNotConnected(
  cause: TokenFailure,
  { tenantId, publicOrigin, now }: { tenantId: string; publicOrigin: string; now: number },
): Failure {
  const { disposition, requestId } = tenantFailure(cause);
  const { aadsts } = disposition;
  const details = defined({ aadsts, upstream_request_id: requestId });
  if (byCode.get(aadsts ?? 0) === "wrongTenant") {
    const unknown = invalidField("tenantId", "is no tenant that Microsoft knows in this cloud");
    return { ...unknown, details: { ...unknown.details, ...details } };
  }
  const passing = notProven(cause);
  if (passing !== undefined) return passing;
  const circumstances = { tenantId, scopes: [], publicOrigin, now };
  const refused = actionRequired(remedyOf(disposition, circumstances));
  return failure(refused.code, refused.message, { ...refused, details });
}

/** What a refusal means where the application asks in its own name. */
export function tenantDisposition(disposition: Disposition): Disposition {
  const { action, latch, aadsts } = disposition;
  if (latch === "none") return disposition;
  switch (action) {
    case "sign_in":
    case "step_up": {
      const code = aadsts === undefined ? "" : ` (code ${aadsts})`;
      return {
        ...disposition,
        action: "contact_admin",
        latch: "resource",
        message: `Microsoft refuses this application in the tenant${code}: ask the organization's administrator.`,
      };
    }
    case "consent":
      return {
        ...disposition,
        action: "admin_consent",
        latch: "resource",
        message: "An administrator of the organization must approve this app.",
      };
    case "admin_consent":
      // Without the application in the tenant there is no token of any resource.
      return byCode.get(aadsts ?? 0) === "appNotInTenant"
        ? { ...disposition, latch: "connection" }
        : disposition;
    case "contact_admin":
    case "fix_app":
    case "retry":
      return disposition;
  }
}
