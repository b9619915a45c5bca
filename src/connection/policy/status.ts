import type { StoredRemedy } from "../../contract/remedy.ts";
import type { ConnectionStatus } from "../../contract/connection-info.ts";
import type { EventError } from "../../contract/event-error.ts";

/** What a status is derived from. */
export interface StatusFacts {
  disconnected: boolean;
  /** A refresh token is held. */
  granted: boolean;
  /** The latch on the whole grant. */
  remedy: StoredRemedy | null;
  /** Latches on resources that were required at sign-in. */
  requiredRemedies: readonly StoredRemedy[];
  /** Transient trouble since the last token POST that succeeded. */
  degraded: EventError | null;
}

export interface DerivedStatus {
  status: ConnectionStatus;
  remedy?: StoredRemedy;
  error?: EventError;
}

/** The status is never set, only derived: it cannot disagree with the tables. */
export function deriveStatus(facts: StatusFacts): DerivedStatus {
  if (facts.disconnected) return { status: "disconnected" };
  if (!facts.granted) return { status: "pending" };
  const remedy = facts.remedy ?? facts.requiredRemedies[0];
  if (remedy !== undefined && remedy !== null) return { status: "action_required", remedy };
  if (facts.degraded !== null) return { status: "degraded", error: facts.degraded };
  return { status: "active" };
}

export type StatusEvent =
  | { type: "connection.pending"; data: Record<string, never> }
  | { type: "connection.connected"; data: Record<string, never> }
  | { type: "connection.recovered"; data: Record<string, never> }
  | { type: "connection.disconnected"; data: Record<string, never> }
  | { type: "connection.degraded"; data: { error: EventError } }
  | { type: "connection.action_required"; data: { remedy: StoredRemedy } };

/**
 * The event of a change of status. A status that stays as it was emits none, so a dead connection
 * does not emit once per attempt.
 *
 * @param signedIn the change is a sign-in, which emits even where the status stays the same.
 */
export function statusEvent(
  before: DerivedStatus | undefined,
  after: DerivedStatus,
  signedIn: boolean,
): StatusEvent | undefined {
  const changed = before?.status !== after.status;
  switch (after.status) {
    case "pending":
      return changed ? { type: "connection.pending", data: {} } : undefined;
    case "disconnected":
      return changed ? { type: "connection.disconnected", data: {} } : undefined;
    case "active":
      if (signedIn) return { type: "connection.connected", data: {} };
      return changed ? { type: "connection.recovered", data: {} } : undefined;
    case "degraded":
      return changed && after.error !== undefined
        ? { type: "connection.degraded", data: { error: after.error } }
        : undefined;
    case "action_required":
      return after.remedy !== undefined &&
        (changed || before.remedy?.action !== after.remedy.action)
        ? { type: "connection.action_required", data: { remedy: after.remedy } }
        : undefined;
  }
}
