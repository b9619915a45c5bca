import type { ConnectionEvent } from "../contract/connection-events.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";

/** A connection as a page shows it. A view is never changed: another one takes its place. */
export interface ConnectionView {
  /**
   * `connecting`: no socket yet, or none at the moment. `live`: what is shown is so now. `ended`: the
   * connection is gone, or was refused for good; `error` says why. `idle`: nothing is followed.
   */
  readonly phase: "idle" | "connecting" | "live" | "ended";
  /** The last that is known; undefined before the first snapshot. */
  readonly info: ConnectionInfo | undefined;
  /** Why there is no socket; undefined as soon as there is one. */
  readonly error: Error | undefined;
}

export const idle: ConnectionView = { phase: "idle", info: undefined, error: undefined };
export const connecting: ConnectionView = { ...idle, phase: "connecting" };

/**
 * What an event says at once of the status. The rest of the connection (identity, tokens' times) comes
 * with the next reading.
 */
export function infoAfter(info: ConnectionInfo, event: ConnectionEvent): ConnectionInfo {
  const { remedy: _, ...healthy } = info;
  switch (event.type) {
    case "connection.pending":
      return { ...healthy, status: "pending" };
    case "connection.connected":
    case "connection.recovered":
      return { ...healthy, status: "active" };
    case "connection.degraded":
      return { ...info, status: "degraded" };
    case "connection.action_required":
      return { ...info, status: "action_required", remedy: event.data.remedy };
    case "connection.disconnected": {
      const { identity: __, ...nobodys } = healthy;
      return { ...nobodys, status: "disconnected", resources: [] };
    }
    // Others say nothing of the status, and a newer service may report types not named here.
    default:
      return info;
  }
}
