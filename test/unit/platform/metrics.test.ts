import { describe, expect, test } from "vitest";
import {
  blobColumns,
  dataPoint,
  doubleColumns,
  measure,
  type Point,
} from "../../../src/platform/metrics.ts";

const connection = "0123456789abcdef";

interface Row {
  name: string;
  point: Point;
  blobs: string[];
  doubles: number[];
}

// duration overhead lane lag waiters attempt status aadsts seconds renewals deliveries sockets
const rows: readonly Row[] = [
  {
    name: "a refresh that worked",
    point: {
      kind: "refresh",
      resource: "graph",
      outcome: "ok",
      duration_ms: 120,
      waiters: 7,
      attempt: 1,
    },
    blobs: ["refresh", "graph", "ok", ""],
    doubles: [120, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0],
  },
  {
    name: "a refresh that was refused",
    point: {
      kind: "refresh",
      resource: "arm",
      outcome: "invalid_client",
      action: "fix_app",
      aadsts: 7_000_222,
      duration_ms: 80,
      waiters: 0,
      attempt: 3,
    },
    blobs: ["refresh", "arm", "invalid_client", "fix_app"],
    doubles: [80, 0, 0, 0, 0, 3, 0, 7_000_222, 0, 0, 0, 0, 0],
  },
  {
    name: "a call",
    point: {
      kind: "call",
      resource: "graph",
      outcome: "answered",
      duration_ms: 300,
      overhead_ms: 40,
      lane_ms: 35,
      attempt: 2,
      status: 200,
    },
    blobs: ["call", "graph", "answered", ""],
    doubles: [300, 40, 35, 0, 0, 2, 200, 0, 0, 0, 0, 0, 0],
  },
  {
    name: "a call to nowhere",
    point: {
      kind: "call",
      outcome: "invalid_request",
      duration_ms: 0,
      overhead_ms: 0,
      lane_ms: 0,
      attempt: 0,
      status: 400,
    },
    blobs: ["call", "", "invalid_request", ""],
    doubles: [0, 0, 0, 0, 0, 0, 400, 0, 0, 0, 0, 0, 0],
  },
  {
    name: "a cool-down",
    point: { kind: "cooldown", resource: "graph", seconds: 7 },
    blobs: ["cooldown", "graph", "", ""],
    doubles: [0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0],
  },
  {
    name: "a ring of the alarm",
    point: {
      kind: "alarm",
      outcome: "ok",
      duration_ms: 150,
      lag_ms: 900,
      renewals: 2,
      deliveries: 1,
    },
    blobs: ["alarm", "", "ok", ""],
    doubles: [150, 0, 0, 900, 0, 0, 0, 0, 0, 2, 1, 0, 0],
  },
  {
    name: "the sockets that are open",
    point: { kind: "sockets", sockets: 3 },
    blobs: ["sockets", "", "", ""],
    doubles: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0],
  },
  {
    name: "what Graph posted",
    point: { kind: "notification", outcome: "kept", notifications: 4 },
    blobs: ["notification", "", "kept", ""],
    doubles: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4],
  },
];

describe("a data point", () => {
  test.each(rows)("of $name has its place for each value", ({ point, blobs, doubles }) => {
    expect(dataPoint(connection, point)).toEqual({ indexes: [connection], blobs, doubles });
  });

  test("keeps within what the platform takes", () => {
    expect(blobColumns.length).toBeLessThanOrEqual(20);
    expect(doubleColumns.length).toBeLessThanOrEqual(20);
    expect(connection.length).toBeLessThanOrEqual(96);
  });
});

test("a binding that throws breaks nothing", () => {
  const broken = {
    writeDataPoint() {
      throw new Error("no dataset");
    },
  };
  expect(() => measure(broken, connection, { kind: "sockets", sockets: 0 })).not.toThrow();
});
