import type { Resource } from "../../entra/resource.ts";
import { parseResource } from "../../entra/resource.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { ConnectionStatus } from "../../contract/connection-info.ts";
import type { Grant } from "../tables/grant-store.ts";
import { idleDue, intentTimeout, renewalDue } from "./renewal-policy.ts";
import type { RefreshIntent, TokenRow } from "../tables/token-store.ts";

/** What the alarm has to do, and when: read off the tables each time, so that no second list exists. */

export interface DueRenewal {
  resource: Resource;
  tenantId: string;
  dueAt: number;
}

/** Every renewal that lies ahead: tokens in use, and the grant itself when it lies idle. */
export function renewals(state: ConnectionState, grant: Grant = state.grant()): DueRenewal[] {
  const { tenant_id: homeTenant } = grant;
  if (grant.refresh_token === null || grant.remedy !== null || homeTenant === null) return [];
  const rows = state.tokens.list();
  const notBefore = grant.app_error?.retry_at ?? 0;
  return [...rows.flatMap((row) => tokenRenewal(row)), ...idleRenewal(grant, homeTenant, rows)].map(
    (renewal) => ({ ...renewal, dueAt: Math.max(renewal.dueAt, notBefore) }),
  );
}

function tokenRenewal(row: TokenRow): DueRenewal[] {
  const resource = parseResource(row.resource);
  const dueAt = renewalDue({
    refreshAt: row.refresh_at,
    firstUsedAt: row.first_used_at,
    retryAt: row.retry_at,
    latched: row.remedy !== null,
  });
  return resource === undefined || dueAt === null
    ? []
    : [{ resource, tenantId: row.tenant_id, dueAt }];
}

/** Any resource that is not latched keeps the grant alive; where all are, there is nothing to ask. */
function idleRenewal(grant: Grant, homeTenant: string, rows: readonly TokenRow[]): DueRenewal[] {
  const home = rows.filter((row) => row.tenant_id === homeTenant);
  const open = home.find((row) => row.remedy === null);
  if (open === undefined && home.length > 0) return [];
  const dueAt = idleDue({
    lastRefreshAt: grant.last_refresh_at ?? grant.created_at,
    retryAt: open?.retry_at ?? null,
  });
  return [
    { resource: parseResource(open?.resource ?? "graph") ?? "graph", tenantId: homeTenant, dueAt },
  ];
}

/** What lies ahead of a connection by its tables, each of which is read once for it. */
export interface Schedule {
  grant: Grant;
  renewals: DueRenewal[];
  /** When the next open sign-in ends, or null. */
  signInExpiry: number | null;
  intent: RefreshIntent | undefined;
}

export function readSchedule(state: ConnectionState): Schedule {
  const grant = state.grant();
  return {
    grant,
    renewals: renewals(state, grant),
    signInExpiry: state.pending.nextExpiry(),
    intent: state.tokens.intent(),
  };
}

/** Whether a connection never came to be, and no sign-in is open that could make it one. */
export const isAbandoned = ({
  grant,
  signInExpiry,
}: Pick<Schedule, "grant" | "signInExpiry">): boolean =>
  grant.status === "pending" && signInExpiry === null;

/**
 * When the connection itself has something to do next, of which the directory hears, or null.
 *
 * @param status as it is from now on
 */
export const nextContact = (
  { renewals, signInExpiry }: Pick<Schedule, "renewals" | "signInExpiry">,
  status: ConnectionStatus,
): number | null =>
  status === "pending" ? signInExpiry : earliest(renewals.map(({ dueAt }) => dueAt));

const earliest = (times: readonly number[]): number | null =>
  times.length === 0 ? null : Math.min(...times);

/**
 * When the alarm has something to do next, or null when nothing lies ahead.
 *
 * @param delivery when the outbox is to be looked at
 */
export function nextDue(
  schedule: Schedule,
  { now, inFlight, delivery }: { now: number; inFlight: boolean; delivery: number | null },
): number | null {
  const { renewals, signInExpiry, intent } = schedule;
  const due = [
    ...renewals.map(({ dueAt }) => dueAt),
    signInExpiry,
    delivery,
    delivery === null && isAbandoned(schedule) ? now : null,
    // Nobody waits for the POST of an object that died: its outcome is looked up at once.
    intent === undefined ? null : inFlight ? intent.started_at + intentTimeout : now,
  ].filter((time) => time !== null);
  return earliest(due);
}
