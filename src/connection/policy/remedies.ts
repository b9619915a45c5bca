import { defined } from "../../contract/defined.ts";
import type { Disposition } from "../../entra/errors.ts";
import type { ErrorReason } from "../../contract/error-reason.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import type { Remedy, RemedyAction, StoredRemedy } from "../../contract/remedy.ts";
import type { Grant, GrantKind } from "../tables/grant-store.ts";
import { isHeld } from "./grant-kind.ts";
import { awaitsRoles } from "./late-roles.ts";
import { adminProbeInterval, appRetryInterval, foreignProbeInterval } from "./renewal-policy.ts";
import type { TokenRow } from "../tables/token-store.ts";

export function adminConsentUrl(publicOrigin: string, tenantId: string | null): string {
  const url = new URL("/admin-consent", publicOrigin);
  if (tenantId !== null) url.searchParams.set("tenant_id", tenantId);
  return url.href;
}

export interface RemedyCircumstances {
  /** Whose administrator would consent. */
  tenantId: string | null;
  /** What there is to consent to. */
  scopes: readonly string[];
  /** Of this Worker as browsers see it. */
  publicOrigin: string;
  now: number;
}

/** The remedy of a refused token. The link for its user is made whenever it is read. */
export function remedyOf(
  disposition: Disposition,
  { tenantId, scopes, publicOrigin, now }: RemedyCircumstances,
): StoredRemedy {
  const remedy: StoredRemedy = {
    action: disposition.action,
    message: disposition.message,
    since: new Date(now).toISOString(),
    ...defined({ aadsts: disposition.aadsts }),
  };
  switch (disposition.action) {
    case "consent":
      return { ...remedy, scopes: [...scopes] };
    case "admin_consent":
      return {
        ...remedy,
        admin_consent_url: adminConsentUrl(publicOrigin, tenantId),
        ...(scopes.length > 0 && { scopes: [...scopes] }),
      };
    case "sign_in":
    case "step_up":
    case "contact_admin":
    case "fix_app":
    case "retry":
      return remedy;
  }
}

/** What a call on a connection without a grant asks for. */
const connecting = {
  user: { action: "sign_in", message: "Sign in with Microsoft to connect." },
  tenant: {
    action: "admin_consent",
    message:
      "This organization is not connected: an administrator there has to approve this application, and it has to be connected.",
  },
} as const satisfies Record<GrantKind, Pick<StoredRemedy, "action" | "message">>;

/** The failure of a call on a connection without a grant. The links of its remedy are made when it is read. */
export const notConnected = (kind: GrantKind, now: number): Failure =>
  actionRequired({ ...connecting[kind], since: new Date(now).toISOString() });

/** What a latch answers: its user has to act, or, where the application is at fault, its operator. */
export const actionRequired = (remedy: Remedy): Failure =>
  failure(remedy.action === "fix_app" ? "app_misconfigured" : "action_required", remedy.message, {
    remedy,
  });

/** Others than the user may have acted without our notice: their latches let a call through at times. */
const probeIntervals: Partial<Record<RemedyAction, number>> = {
  admin_consent: adminProbeInterval,
  contact_admin: adminProbeInterval,
  fix_app: appRetryInterval,
};

export function mayProbe(
  remedy: Remedy,
  probedAt: number | null,
  now: number,
  interval = probeIntervals[remedy.action],
): boolean {
  return interval !== undefined && now - (probedAt ?? 0) >= interval;
}

/** Why no token POST may be made for this grant and row now, or undefined when one may. */
export function blockedBy(
  grant: Grant,
  row: Latched | undefined,
  { now, fingerprint }: { now: number; fingerprint: string },
): Failure | undefined {
  if (!isHeld(grant)) return notConnected(grant.kind, now);
  const latch = latchedBy(grant, row, now);
  if (latch !== undefined) return latch;
  const { app_error: appError } = grant;
  if (appError !== null && appError.fingerprint === fingerprint && appError.retry_at > now) {
    return appMisconfigured(appError, (appError.retry_at - now) / 1_000);
  }
  const retryAt = row?.retry_at ?? 0;
  return retryAt > now ? entraUnavailable((retryAt - now) / 1_000) : undefined;
}

/** What of an access token's row says whether it is latched. */
type Latched = Pick<TokenRow, "tenant_id" | "remedy" | "probed_at" | "retry_at">;

/** The latch that stops calls, whatever token is held: of the grant, or of the resource alone. */
export function latchedBy(
  grant: Grant,
  row: Latched | undefined,
  now: number,
): Failure | undefined {
  if (grant.remedy !== null && !mayProbe(grant.remedy, grant.probed_at, now)) {
    return actionRequired(grant.remedy);
  }
  if (!row?.remedy) return undefined;
  if (awaitsRoles(grant, row) && row.retry_at !== null && row.retry_at <= now) return undefined;
  // Changes in another tenant are not reported here, and no sign-in at home brings them about.
  const interval = row.tenant_id === grant.tenant_id ? undefined : foreignProbeInterval;
  return mayProbe(row.remedy, row.probed_at, now, interval)
    ? undefined
    : actionRequired(row.remedy);
}

export const entraUnavailable = (retryAfterSeconds: number): Failure =>
  failure("upstream_unavailable", "Microsoft sign-in is not answering at the moment.", {
    retry_after: Math.max(1, Math.ceil(retryAfterSeconds)),
  });

/** The application itself is at fault: its operator has to act, and no user is asked to. */
export const appMisconfigured = (
  { message, aadsts, variable }: Partial<NonNullable<Grant["app_error"]>>,
  retryAfterSeconds: number,
): Failure =>
  failure(
    "app_misconfigured",
    message ?? "Microsoft refused the application itself; its operator has to correct it.",
    {
      retry_after: Math.max(1, Math.ceil(retryAfterSeconds)),
      details: {
        ...defined({ variable, aadsts }),
      },
    },
  );

/** The key that the grant was sealed with is gone, or the grant was altered. */
export const unreadableGrant = (reason: ErrorReason): Failure =>
  failure("app_misconfigured", "The stored grant cannot be decrypted with the configured keys.", {
    details: { variable: "TOKEN_ENCRYPTION_KEYS", reason },
  });

/** Entra calls the request itself wrong (AADSTS70011), as if the application were at fault. */
export const notForPersonalAccounts = (): Failure =>
  failure(
    "forbidden",
    "A personal Microsoft account has no permission of this service. Azure's own services serve guests of an organization: sign in with its tenant_id, under another label; for others name the permission in scopes.",
    { details: { reason: "personal_account" } },
  );
