import type { ArmState } from "../state.ts";

/** Queries that one user may send in a window. */
const QUERIES = 15;
const WINDOW_MS = 5_000;

export interface UserQuota {
  /** When the window began, in milliseconds. */
  since: number;
  used: number;
}

/** Takes one of the user's queries. @returns the headers that tell what is left, and whether one was */
export function takeQuery(
  state: ArmState,
  objectId: string,
  now: number,
): { allowed: boolean; resetsAfter: number; headers: Record<string, string> } {
  const before = state.userQuotas.get(objectId);
  const fresh = !before || now - before.since >= WINDOW_MS || now < before.since;
  const quota = fresh ? { since: now, used: 0 } : before;
  const allowed = quota.used < QUERIES;
  if (allowed) quota.used += 1;
  state.userQuotas.set(objectId, quota);
  const resetsAfter = Math.max(1, Math.ceil((quota.since + WINDOW_MS - now) / 1000));
  return {
    allowed,
    resetsAfter,
    headers: {
      "x-ms-user-quota-remaining": String(QUERIES - quota.used),
      "x-ms-user-quota-resets-after": `00:00:${String(resetsAfter).padStart(2, "0")}`,
    },
  };
}
