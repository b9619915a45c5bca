import type { MeaningName } from "../../entra/error-meanings.ts";
import { byCode } from "../../entra/error-table.ts";
import { dispositionOf, type Disposition } from "../../entra/errors.ts";
import { defined } from "../../contract/defined.ts";
import type { TokenFailure } from "../../entra/token-failure.ts";
import { personalTenantId } from "../../entra/tenant.ts";

/**
 * A refusal that came from another tenant than the grant's: one in which the user is a guest, or one
 * that a challenge of ARM or a vault named. It says nothing of the grant at home.
 *
 * @param tenantId of the tenant that refused
 * @param home tenant of the grant
 */
export function foreignFailure(
  { claims, ...refusal }: TokenFailure,
  tenantId: string,
  home: string | null,
): TokenFailure {
  const disposition = foreignDisposition(refusal.disposition, tenantId, home);
  // Claims wait for a sign-in: where none is asked for, the next one has nothing to do with them.
  const waits = disposition.action === "step_up" || disposition.action === "sign_in";
  return { ...refusal, disposition, ...(waits && defined({ claims })) };
}

/** Meanings that end a grant in every tenant, and that a sign-in at home corrects. */
const endOfGrant: ReadonlySet<MeaningName> = new Set([
  "revoked",
  "expired",
  "passwordExpired",
  "signInFrequency",
  "lifetimeOver",
  "flowRefused",
  "passwordAtRisk",
]);

/**
 * What the refusal means: it reaches no further than its own resource in that tenant. Who has to act is
 * there too, since no sign-in at home makes a guest.
 */
export function foreignDisposition(
  disposition: Disposition,
  tenantId: string,
  home: string | null,
): Disposition {
  const { action, latch, message, aadsts } = disposition;
  if (latch === "none") return disposition;
  // In the tenant a personal account is a guest by another identity, which its own refresh token does
  // not reach: the same sign-in would be refused again.
  if (home === personalTenantId && action === "sign_in") {
    return { ...dispositionOf("tenantNeeded", aadsts), latch: "resource" };
  }
  const narrowed = { ...disposition, latch: "resource" } as const;
  const asked = `What was asked for belongs to tenant ${tenantId}`;
  switch (action) {
    case "step_up":
    case "contact_admin":
      return { ...narrowed, message: `${message} (Tenant ${tenantId}.)` };
    case "consent":
    case "admin_consent":
      return {
        ...narrowed,
        action: "admin_consent",
        message: `${asked}, where this application is not approved: an administrator there has to approve it.`,
      };
    case "sign_in": {
      const meaning = byCode.get(aadsts ?? 0);
      if (meaning !== undefined && endOfGrant.has(meaning)) return narrowed;
      const notMember = `${asked}, of which this account is neither a member nor a guest: an administrator there can invite it.`;
      return {
        ...narrowed,
        action: "contact_admin",
        message: meaning === "otherAccount" ? notMember : refusedThere(tenantId),
      };
    }
    case "fix_app":
      return { ...narrowed, action: "contact_admin", message: refusedThere(tenantId) };
    case "retry":
      return disposition;
  }
}

const refusedThere = (tenantId: string): string =>
  `Microsoft says that what was asked for belongs to tenant ${tenantId}, and gives this account no token there: ask whoever runs it.`;
