import type { FactsAt } from "./telemetry.ts";

/** The columns of a data point that hold text, in the order of `blob1`, `blob2`… */
export const blobColumns = ["kind", "resource", "outcome", "action"] as const;

/** The columns that hold numbers, in the order of `double1`, `double2`… */
export const doubleColumns = [
  "duration_ms",
  "overhead_ms",
  "lane_ms",
  "lag_ms",
  "waiters",
  "attempt",
  "status",
  "aadsts",
  "seconds",
  "renewals",
  "deliveries",
  "sockets",
  "notifications",
] as const;

/** One redemption of the refresh token. */
export type RefreshPoint = { kind: "refresh" } & FactsAt<"refresh", "point">;

/** One call through the connection. */
export type CallPoint = { kind: "call" } & FactsAt<"call", "point">;

/** A service that asked for no calls for a while. */
export interface CooldownPoint {
  kind: "cooldown";
  resource: string;
  seconds: number;
}

/** One run of a connection's alarm. */
export type AlarmPoint = { kind: "alarm" } & FactsAt<"alarm", "point">;

/** How many sockets a connection has, written when one comes or goes. */
export interface SocketsPoint {
  kind: "sockets";
  sockets: number;
}

/** What came of the parts of what Graph posted. */
export interface NotificationPoint {
  kind: "notification";
  /** `dropped`: without the secret of its subscription, or unreadable. `forged`: the address is not ours. */
  outcome: "kept" | "repeated" | "unread" | "dropped" | "forged";
  notifications: number;
}

/** All data points. None of them names a connection in clear text. */
export type Point =
  | RefreshPoint
  | CallPoint
  | CooldownPoint
  | AlarmPoint
  | SocketsPoint
  | NotificationPoint;

/** A point in the one layout that all kinds share: a column has one meaning, and its own place. */
export function dataPoint(connection: string, point: Point): AnalyticsEngineDataPoint {
  const cells: Readonly<Record<string, string | number>> = { ...point };
  return {
    indexes: [connection],
    blobs: blobColumns.map((name) => String(cells[name] ?? "")),
    doubles: doubleColumns.map((name) => Number(cells[name] ?? 0)),
  };
}

/** Writes a point. Never throws: a broken binding must break no call. */
export function measure(metrics: AnalyticsEngineDataset, connection: string, point: Point): void {
  try {
    metrics.writeDataPoint(dataPoint(connection, point));
  } catch {
    // The platform limits points too; a gap in the charts is all that comes of it.
  }
}
