import type { RemedyAction } from "../../contract/remedy.ts";
import type { ConnectionStatus } from "../../contract/connection-info.ts";
import type { Grant } from "../tables/grant-store.ts";
import type { DerivedStatus } from "./status.ts";

/** A refresh token is backed up at most this often, unless something else has to be told anyway. */
export const backupInterval = 24 * 60 * 60_000;

const maximumDelay = 15 * 60_000;

/**
 * When the directory is told again that could not be told: after 1 s, and twice as long each time up
 * to 15 min.
 *
 * @param attempts that failed before this one
 */
export const directoryRetryAt = (attempts: number, now: number): number =>
  now + Math.min(maximumDelay, 1_000 * 2 ** Math.min(attempts, 20));

/** What the directory tells of a connection, as far as a change of it is worth a write. */
export interface DirectoryFacts {
  status: ConnectionStatus;
  remedyAction: RemedyAction | null;
  tenantId: string | null;
  objectId: string | null;
  upn: string | null;
  /** Ciphertext. */
  refreshToken: string | null;
}

/** What mends the connection itself comes first; our own credential may wait behind it. */
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
 * Whether a change has to be told: every change of status, remedy or identity at once, a refresh
 * token once a day.
 *
 * @param toldAt when the directory was last told, in milliseconds
 */
export function tellsDirectory(
  before: DirectoryFacts | undefined,
  after: DirectoryFacts,
  { now, toldAt }: { now: number; toldAt: number | null },
): boolean {
  if (before === undefined) return true;
  const { refreshToken: oldToken, ...shownBefore } = before;
  const { refreshToken: newToken, ...shownAfter } = after;
  if (JSON.stringify(shownBefore) !== JSON.stringify(shownAfter)) return true;
  return oldToken !== newToken && now - (toldAt ?? 0) >= backupInterval;
}

/** What an appointment with the directory is made from; times in milliseconds. */
export interface Prospect {
  /** When the connection has to do something next, or null when nothing lies ahead. */
  due: number | null;
  now: number;
}

/**
 * By when the directory hears of the connection again, if its object lives: a row of a sign-in ends
 * with it; all others are told at most daily, so that news of what was due may take a day more.
 */
export function contactBy(status: ConnectionStatus, { due, now }: Prospect): number | null {
  if (due === null) return null;
  return status === "pending" ? due : Math.max(due, now) + backupInterval;
}

/**
 * Whether an appointment will not be kept, or was not: it has passed, nothing is done before it any
 * more, or there is something to do and none was made.
 */
export function missesContact(contactAt: number | null, { due, now }: Prospect): boolean {
  if (contactAt === null) return due !== null;
  return due === null || due > contactAt || contactAt <= now;
}

/**
 * The version of the next telling. Versions are times that never go back, so that an object that
 * lost its memory, or was forgotten and begun anew, is still heard.
 *
 * @param known a version the directory is known to hold
 */
export const nextVersion = (version: number, now: number, known = 0): number =>
  Math.max(now, version + 1, known + 1);
