import { parseResource, type Resource } from "../../entra/resource.ts";
import type { ConnectionStatus } from "../../contract/connection-info.ts";
import type { Grant } from "../tables/grant-store.ts";
import type { RefreshIntent, TokenRow } from "../tables/token-store.ts";
import { missesContact } from "./directory-policy.ts";
import { idlePolicies, isHeld } from "./grant-kind.ts";
import { awaitsRoles } from "./late-roles.ts";
import { idleDue, intentTimeout, renewalDue } from "./renewal-policy.ts";
import { watchDues, type WatchDueKind } from "./watch-due.ts";
import type { WatchRow } from "../tables/watches.ts";

/** What the alarm has to do, and when. Derived from the tables each time, so no second list exists. */

interface TokenName {
  resource: Resource;
  tenantId: string;
}

/** Every kind of work, in the order in which one alarm does it. */
export const dueKinds = [
  "sign_in_expiry",
  "directory_contact",
  "abandonment",
  "delivery",
  "intent_recovery",
  "renewal",
  "idle_refresh",
  "watch_expiry",
  "watch_creation",
  "watch_renewal",
  "watch_check",
  "watch_catch_up",
  "change_expiry",
] as const;
export type DueKind = (typeof dueKinds)[number];

/** What is known of work, by its kind. */
interface DueFacts extends Record<WatchDueKind, { watch: string }> {
  /** An open sign-in ends. */
  sign_in_expiry: object;
  /** `next_contact_at` in the directory is wrong. */
  directory_contact: object;
  /** A connection that never came to be is to be deleted. */
  abandonment: object;
  /** A sink waits for its next delivery. */
  delivery: { sink: string };
  /** The outcome of a token POST is unknown. */
  intent_recovery: { intent: RefreshIntent };
  /** A token that is in use, or whose last renewal failed. */
  renewal: TokenName;
  /** A grant that is not used would expire at Microsoft. */
  idle_refresh: TokenName;
  /** Changes are kept no longer. */
  change_expiry: object;
}

/** Work of some kinds. `at` is when it is due, in milliseconds since the epoch. */
export type DueOf<Kind extends DueKind> = {
  [One in Kind]: { kind: One; at: number } & DueFacts[One];
}[Kind];
/** One piece of work of the alarm. Each kind has a row in the table of what the alarm does. */
export type Due = DueOf<DueKind>;

export const isOfKind =
  <Kind extends DueKind>(kind: Kind) =>
  (due: Due): due is Extract<Due, DueOf<Kind>> =>
    due.kind === kind;

/** What the tables say of a connection, each read once. */
export interface Schedule {
  grant: Grant;
  tokens: readonly TokenRow[];
  /** When the next open sign-in ends, or null. */
  signInExpiry: number | null;
  intent: RefreshIntent | undefined;
  /** Sinks that are behind and not paused. */
  deliveries: readonly { sink: string; dueAt: number }[];
  watches: readonly WatchRow[];
  /** When the oldest changes are to be deleted, or null. */
  changeExpiry: number | null;
}

/** What this object knows of work that is under way. */
export interface WorkUnderWay {
  now: number;
  /** A token POST is out, or waits for its turn. */
  inFlight: boolean;
  /** Sinks whose delivery is under way, and when it is taken for lost. */
  leases: ReadonlyMap<string, number>;
  /** Watches that Graph is being asked about, likewise. */
  watchLeases: ReadonlyMap<string, number>;
}

/** Everything that lies ahead of a connection. */
export function dueWork(schedule: Schedule, underWay: WorkUnderWay): Due[] {
  return [
    ...signInExpiry(schedule),
    ...directoryContact(schedule, underWay),
    ...abandonment(schedule, underWay),
    ...deliveries(schedule, underWay),
    ...intentRecovery(schedule, underWay),
    ...renewals(schedule),
    ...watchDues(schedule, underWay),
    ...changeExpiry(schedule),
  ];
}

/** When the alarm has something to do next, or null when nothing lies ahead. */
export const earliest = (due: readonly { at: number }[]): number | null =>
  due.length === 0 ? null : Math.min(...due.map(({ at }) => at));

const signInExpiry = ({ signInExpiry: at }: Schedule): Due[] =>
  at === null ? [] : [{ kind: "sign_in_expiry", at }];

const changeExpiry = ({ changeExpiry: at }: Schedule): Due[] =>
  at === null ? [] : [{ kind: "change_expiry", at }];

/** Keeps `next_contact_at` current, so that the watchdog raises no false alarm and misses no real one. */
function directoryContact(schedule: Schedule, { now }: WorkUnderWay): Due[] {
  const { contact_at: contactAt, status } = schedule.grant;
  return missesContact(contactAt, { due: nextContact(schedule, status), now })
    ? [{ kind: "directory_contact", at: now }]
    : [];
}

/** Sinks get their events first: those end with the connection. */
function abandonment(schedule: Schedule, { now }: WorkUnderWay): Due[] {
  return isAbandoned(schedule) && schedule.deliveries.length === 0
    ? [{ kind: "abandonment", at: now }]
    : [];
}

const deliveries = (schedule: Schedule, { leases }: WorkUnderWay): Due[] =>
  schedule.deliveries.map(({ sink, dueAt }) => ({
    kind: "delivery",
    at: leases.get(sink) ?? dueAt,
    sink,
  }));

/** After a restart no caller waits for the POST: its outcome is found out at once. */
function intentRecovery({ intent }: Schedule, { now, inFlight }: WorkUnderWay): Due[] {
  if (intent === undefined) return [];
  return [
    { kind: "intent_recovery", at: inFlight ? intent.started_at + intentTimeout : now, intent },
  ];
}

type RenewalDue = DueOf<"renewal" | "idle_refresh">;

/** Every renewal that lies ahead: of tokens in use, and of the grant itself while it is idle. */
export function renewals({ grant, tokens }: Pick<Schedule, "grant" | "tokens">): RenewalDue[] {
  const { tenant_id: homeTenant } = grant;
  if (!isHeld(grant) || grant.remedy !== null || homeTenant === null) return [];
  const notBefore = grant.app_error?.retry_at ?? 0;
  return [
    ...tokens.flatMap((row) => tokenRenewal(grant, row)),
    ...idleRefresh(grant, homeTenant, tokens),
  ].map((due) => ({ ...due, at: Math.max(due.at, notBefore) }));
}

function tokenRenewal(grant: Grant, row: TokenRow): RenewalDue[] {
  const resource = parseResource(row.resource);
  const at = renewalDue({
    refreshAt: row.refresh_at,
    firstUsedAt: row.first_used_at,
    retryAt: row.retry_at,
    latch: row.remedy === null ? "none" : awaitsRoles(grant, row) ? "awaits_roles" : "stands",
  });
  return resource === undefined || at === null
    ? []
    : [{ kind: "renewal", resource, tenantId: row.tenant_id, at }];
}

/** Any resource that is not latched keeps the grant alive; where all are, there is nothing to ask. */
function idleRefresh(grant: Grant, homeTenant: string, rows: readonly TokenRow[]): RenewalDue[] {
  if (idlePolicies[grant.kind] === "lapses") return [];
  const home = rows.filter((row) => row.tenant_id === homeTenant);
  const open = home.find((row) => row.remedy === null);
  if (open === undefined && home.length > 0) return [];
  const at = idleDue({
    lastRefreshAt: grant.last_refresh_at ?? grant.created_at,
    retryAt: open?.retry_at ?? null,
  });
  const resource = parseResource(open?.resource ?? "graph") ?? "graph";
  return [{ kind: "idle_refresh", resource, tenantId: homeTenant, at }];
}

/** Whether a connection never came to be, and no sign-in is open that could make it one. */
export const isAbandoned = ({
  grant,
  signInExpiry: expiry,
}: Pick<Schedule, "grant" | "signInExpiry">): boolean =>
  grant.status === "pending" && expiry === null;

/**
 * When the connection itself does something next, which makes it write to the directory, or null.
 *
 * @param status as it is from now on
 */
export const nextContact = (
  schedule: Pick<Schedule, "grant" | "tokens" | "signInExpiry">,
  status: ConnectionStatus,
): number | null => (status === "pending" ? schedule.signInExpiry : earliest(renewals(schedule)));
