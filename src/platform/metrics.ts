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
] as const;

/** One redemption of the refresh token. */
export interface RefreshPoint {
  kind: "refresh";
  resource: string;
  /** `ok`, OAuth's `error`, or our own word for what failed. */
  outcome: string;
  /** The remedy's. */
  action?: string;
  duration_ms: number;
  /** Callers that waited for it. */
  waiters: number;
  /** 1, and one more for every failure in a row before it. */
  attempt: number;
  aadsts?: number;
}

/** One call through the connection, up to the headers of its answer. */
export interface CallPoint {
  kind: "call";
  /** Absent: the call was for none of them, and refused. */
  resource?: string;
  /** `answered` by Microsoft, or the code of our own error. */
  outcome: string;
  duration_ms: number;
  /** What is left of it without the time that Microsoft took: the lane, a token, ourselves. */
  overhead_ms: number;
  /** The wait for a place among the calls to one mailbox. */
  lane_ms: number;
  /** How often Microsoft was asked: again after a 401, and where it redirected. */
  attempt: number;
  status: number;
}

/** A service that asked to be left alone for a while. */
export interface CooldownPoint {
  kind: "cooldown";
  resource: string;
  seconds: number;
}

/** One ring of a connection's alarm. */
export interface AlarmPoint {
  kind: "alarm";
  outcome: "ok" | "failed";
  duration_ms: number;
  /** How late it rang. */
  lag_ms: number;
  renewals: number;
  deliveries: number;
}

/** How many sockets a connection has, told when one comes or goes. */
export interface SocketsPoint {
  kind: "sockets";
  sockets: number;
}

/** All that is ever measured. None of it says whose it is. */
export type Point = RefreshPoint | CallPoint | CooldownPoint | AlarmPoint | SocketsPoint;

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
