import type { Disposition } from "../entra/errors.ts";
import { failure, type Failure } from "../errors.ts";
import type { Remedy, RemedyAction } from "../remedy.ts";
import { parseConnectionId } from "./connection-id.ts";
import type { Grant } from "./grant-store.ts";
import { adminProbeInterval, appRetryInterval, foreignProbeInterval } from "./renewal-policy.ts";
import type { TokenRow } from "./token-store.ts";

/** Where people go to mend a connection; the links carry no credential. */
export interface RemedyLinks {
  connectionId: string;
  /** Origin of this Worker as browsers see it. */
  publicOrigin: string;
}

function connectUrl(
  { connectionId, publicOrigin }: RemedyLinks,
  scopes: readonly string[],
): string {
  const owner = parseConnectionId(connectionId);
  const url = new URL("/connect", publicOrigin);
  if (owner?.kind === "user") {
    url.searchParams.set("user_id", owner.userId);
    if (owner.label !== undefined) url.searchParams.set("label", owner.label);
  }
  if (scopes.length > 0) url.searchParams.set("scopes", scopes.join(" "));
  return url.href;
}

function adminConsentUrl({ publicOrigin }: RemedyLinks, tenantId: string | null): string {
  const url = new URL("/admin-consent", publicOrigin);
  if (tenantId !== null) url.searchParams.set("tenant_id", tenantId);
  return url.href;
}

/** The remedy of a refused token, with the link that leads to it. */
export function remedyOf(
  disposition: Disposition,
  links: RemedyLinks,
  { tenantId, scopes, now }: { tenantId: string | null; scopes: readonly string[]; now: number },
): Remedy {
  const remedy: Remedy = {
    action: disposition.action,
    message: disposition.message,
    since: new Date(now).toISOString(),
    ...(disposition.aadsts !== undefined && { aadsts: disposition.aadsts }),
  };
  switch (disposition.action) {
    case "sign_in":
    case "step_up":
      return { ...remedy, connect_url: connectUrl(links, []) };
    case "consent":
      return { ...remedy, connect_url: connectUrl(links, scopes), scopes: [...scopes] };
    case "admin_consent":
      return {
        ...remedy,
        admin_consent_url: adminConsentUrl(links, tenantId),
        ...(scopes.length > 0 && { scopes: [...scopes] }),
      };
    case "contact_admin":
    case "fix_app":
    case "retry":
      return remedy;
  }
}

/** What a call on a connection without a grant is told. */
export const signInRemedy = (links: RemedyLinks, now: number): Remedy =>
  remedyOf(
    { action: "sign_in", latch: "connection", message: "Sign in with Microsoft to connect." },
    links,
    { tenantId: null, scopes: [], now },
  );

/** What a latch answers: its user has to act, or, where the application is at fault, its operator. */
export const actionRequired = (remedy: Remedy): Failure =>
  failure(remedy.action === "fix_app" ? "app_misconfigured" : "action_required", remedy.message, {
    remedy,
  });

/** Others than the user may have acted without telling us: their latches let a call through at times. */
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
  row: (Latched & { retry_at: number | null }) | undefined,
  { now, fingerprint, links }: { now: number; fingerprint: string; links: RemedyLinks },
): Failure | undefined {
  if (grant.refresh_token === null) return actionRequired(signInRemedy(links, now));
  const latch = latchedBy(grant, row, now);
  if (latch !== undefined) return latch;
  const { app_error: appError } = grant;
  if (appError !== null && appError.fingerprint === fingerprint && appError.retry_at > now) {
    return appMisconfigured((appError.retry_at - now) / 1_000, appError.aadsts);
  }
  const retryAt = row?.retry_at ?? 0;
  return retryAt > now ? entraUnavailable((retryAt - now) / 1_000) : undefined;
}

/** What of an access token's row says whether it is latched. */
type Latched = Pick<TokenRow, "tenant_id" | "remedy" | "probed_at">;

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
  // What happens in another tenant is told to nobody here, and a sign-in at home mends none of it.
  const interval = row.tenant_id === grant.tenant_id ? undefined : foreignProbeInterval;
  return mayProbe(row.remedy, row.probed_at, now, interval)
    ? undefined
    : actionRequired(row.remedy);
}

export const entraUnavailable = (retryAfterSeconds: number): Failure =>
  failure("upstream_unavailable", "Microsoft sign-in is not answering at the moment.", {
    retry_after: Math.max(1, Math.ceil(retryAfterSeconds)),
  });

/** Our own credential is at fault: no user can mend it, so no user is asked to. */
export const appMisconfigured = (retryAfterSeconds: number, aadsts?: number): Failure =>
  failure(
    "app_misconfigured",
    "The application's own Microsoft credential was refused; its operator has to renew it.",
    {
      retry_after: Math.max(1, Math.ceil(retryAfterSeconds)),
      details: { variable: "AZURE_CLIENT_SECRET", ...(aadsts !== undefined && { aadsts }) },
    },
  );
