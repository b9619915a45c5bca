import type { Grant } from "../tables/grant-store.ts";
import type { TokenRow } from "../tables/token-store.ts";
import type { WatchRow } from "../tables/watches.ts";
import type { RemedyAction } from "../../contract/remedy.ts";
import { isHeld } from "./grant-kind.ts";

/** What is to be done about a watch, by its kind. */
export type WatchDueKind =
  /** Graph is to be asked for a subscription. */
  | "watch_creation"
  | "watch_renewal"
  /** Nobody says when Graph removes it: it is looked for. */
  | "watch_check"
  /** The subscription of one that waits for somebody ends. */
  | "watch_expiry"
  /** What was missed is to be read by delta. */
  | "watch_catch_up";

export interface WatchDue {
  kind: WatchDueKind;
  /** Milliseconds since the epoch. */
  at: number;
  watch: string;
}

export interface WatchSchedule {
  grant: Grant;
  tokens: readonly TokenRow[];
  watches: readonly WatchRow[];
}

export interface WatchWorkUnderWay {
  now: number;
  /** Watches that Graph is being asked about, and when that is taken for lost. */
  watchLeases: ReadonlyMap<string, number>;
}

/** All that lies ahead of the watches of a connection. */
export function watchDues(
  { grant, tokens, watches }: WatchSchedule,
  { now, watchLeases }: WatchWorkUnderWay,
): WatchDue[] {
  if (!isHeld(grant)) return [];
  const isLatched =
    grant.remedy !== null ||
    tokens.some(
      (row) => row.resource === "graph" && row.tenant_id === grant.tenant_id && row.remedy,
    );
  return watches.flatMap((row) => {
    const lease = watchLeases.get(row.id) ?? 0;
    return duesOf(row, now, isLatched).map(({ kind, at }) => ({
      kind,
      at: Math.max(at, lease),
      watch: row.id,
    }));
  });
}

/** Milliseconds between attempts at what others may have mended without our notice. */
export const probeInterval = 24 * 60 * 60_000;

/** Whether what has to be done may be done without our notice. */
const healsSilently = (action: RemedyAction | undefined): boolean =>
  action === "admin_consent" || action === "contact_admin";

type Planned = Omit<WatchDue, "watch">;

function duesOf(row: WatchRow, now: number, isLatched: boolean): Planned[] {
  const tryAt = row.retry_at ?? now;
  switch (row.state) {
    case "pending":
      return [{ kind: "watch_creation", at: tryAt }];
    case "active":
      return [...renewal(row), ...check(row), ...catchUp(row, tryAt)];
    case "blocked":
      return [...recovery(row, tryAt, isLatched), ...expiry(row)];
    case "refused":
      return expiry(row);
  }
}

/** One that fails is tried again, and for the last time when the subscription ends. */
const renewal = ({
  renew_at: renewAt,
  retry_at: retryAt,
  expires_at: expiresAt,
}: WatchRow): Planned[] =>
  renewAt === null || expiresAt === null
    ? []
    : [{ kind: "watch_renewal", at: Math.min(expiresAt, Math.max(renewAt, retryAt ?? 0)) }];

const check = ({ check_at: at }: WatchRow): Planned[] =>
  at === null ? [] : [{ kind: "watch_check", at }];

const catchUp = (row: WatchRow, at: number): Planned[] =>
  row.catch_up && (row.delta_link === null || row.gap_since !== null)
    ? [{ kind: "watch_catch_up", at }]
    : [];

function recovery(row: WatchRow, tryAt: number, isLatched: boolean): Planned[] {
  const at = recoveryAt(row, tryAt, isLatched);
  const kind = row.subscription_id === null ? "watch_creation" : "watch_renewal";
  return at === null ? [] : [{ kind, at }];
}

/**
 * A latch is over when it is gone. Of a permission nobody tells us, nor of what an administrator does:
 * these are tried once a day.
 */
function recoveryAt(
  { blocked_by: by, remedy, retry_at: retryAt }: WatchRow,
  tryAt: number,
  isLatched: boolean,
): number | null {
  if (by === "permission") return retryAt;
  if (!isLatched) return tryAt;
  return retryAt !== null && healsSilently(remedy?.action) ? retryAt + probeInterval : null;
}

const expiry = ({ subscription_id: id, expires_at: at }: WatchRow): Planned[] =>
  id === null || at === null ? [] : [{ kind: "watch_expiry", at }];
