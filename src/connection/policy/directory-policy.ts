import type { RemedyAction } from "../../contract/remedy.ts";
import type { ConnectionStatus } from "../../contract/connection-info.ts";
import type { Grant } from "../tables/grant-store.ts";
import type { DerivedStatus } from "./status.ts";

/** A refresh token is backed up at most this often, unless something else is written anyway. */
export const backupInterval = 24 * 60 * 60_000;

const minute = 60_000;
const firstCeiling = 2 * minute;
const lastCeiling = 15 * minute;

/**
 * When a failed write to the directory is repeated: after half a ceiling and up to another half by chance;
 * the ceiling doubles from 2 min to 15 min. All rows share one database: where it fails, no row comes back
 * within a minute, nor together with the others.
 *
 * @param attempts that failed before this one
 * @param random in [0, 1)
 */
export function directoryRetryAt(
  attempts: number,
  { now, random }: { now: number; random: number },
): number {
  const ceiling = Math.min(lastCeiling, firstCeiling * 2 ** Math.min(attempts, 20));
  return now + Math.ceil((ceiling / 2) * (1 + random));
}

/** What the directory holds of a connection, as far as a change of it is worth a write. */
export interface DirectoryFacts {
  status: ConnectionStatus;
  remedyAction: RemedyAction | null;
  tenantId: string | null;
  objectId: string | null;
  upn: string | null;
  /** Ciphertext. */
  refreshToken: string | null;
}

/** What repairs the connection itself comes first; our own credential may wait behind it. */
export function remedyActionOf(
  { remedy }: DerivedStatus,
  appError: Grant["app_error"],
): RemedyAction | null {
  if (remedy !== undefined) return remedy.action;
  return appError === null ? null : "fix_app";
}

export const directoryFacts = (grant: Grant, status: DerivedStatus): DirectoryFacts => ({
  status: status.status,
  remedyAction: remedyActionOf(status, grant.app_error),
  tenantId: grant.tenant_id,
  objectId: grant.object_id,
  upn: grant.upn,
  refreshToken: grant.refresh_token,
});

/**
 * Whether a change is written to the directory: every change of status, remedy or identity at once, a
 * refresh token once a day.
 *
 * @param writtenAt when the directory was last written, in milliseconds
 */
export function needsDirectoryWrite(
  before: DirectoryFacts | undefined,
  after: DirectoryFacts,
  { now, writtenAt }: { now: number; writtenAt: number | null },
): boolean {
  if (before === undefined) return true;
  const { refreshToken: oldToken, ...shownBefore } = before;
  const { refreshToken: newToken, ...shownAfter } = after;
  if (JSON.stringify(shownBefore) !== JSON.stringify(shownAfter)) return true;
  return oldToken !== newToken && now - (writtenAt ?? 0) >= backupInterval;
}

/** What {@link contactBy} is derived from; times in milliseconds. */
export interface ContactPlan {
  /** When the connection has to do something next, or null when nothing lies ahead. */
  due: number | null;
  now: number;
}

/**
 * By when the directory is written again, if the object lives: the row of a sign-in ends with it; all
 * others are written at most daily, so the outcome of what was due may come a day later.
 */
export function contactBy(status: ConnectionStatus, { due, now }: ContactPlan): number | null {
  if (due === null) return null;
  return status === "pending" ? due : Math.max(due, now) + backupInterval;
}

/**
 * Whether `next_contact_at` is wrong: it has passed, nothing is done before it any more, or there is
 * something to do and none is set.
 */
export function missesContact(contactAt: number | null, { due, now }: ContactPlan): boolean {
  if (contactAt === null) return due !== null;
  return due === null || due > contactAt || contactAt <= now;
}

/**
 * The version of the next write. Versions are times that never go back, so that an object that lost
 * its tables, or was deleted and begun anew, is not fenced off.
 *
 * @param known a version the directory is known to hold
 */
export const nextVersion = (version: number, now: number, known = 0): number =>
  Math.max(now, version + 1, known + 1);

/**
 * The columns of a grant that go with a write to the directory. The outbox row sees to the write,
 * however often it takes.
 *
 * @param version of the last write
 * @param known a version the directory is known to hold
 */
export const directoryColumns = (
  version: number,
  status: ConnectionStatus,
  plan: ContactPlan,
  known?: number,
): Pick<Grant, "version" | "backed_up_at" | "contact_at"> => ({
  version: nextVersion(version, plan.now, known),
  backed_up_at: plan.now,
  contact_at: contactBy(status, plan),
});
