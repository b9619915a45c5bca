import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import { liveRequest } from "../../src/connection/live/live-request.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, type Stub } from "./support/connections.ts";
import { bindMetrics, recordPoints, type Row } from "./support/recorder.ts";
import { sandbox } from "./support/sandbox.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const messages = "https://graph.microsoft.com/v1.0/me/messages?$top=1";
const tokenUrl = "/oauth2/v2.0/token";

const clock = clockOfEachTest();
let points: Row[];
beforeEach(() => {
  points = recordPoints();
});
afterEach(async () => {
  bindMetrics(undefined);
});

const rowsOf = (kind: string) => points.filter((row) => row["kind"] === kind);

async function drain(stub: Stub, url: string): Promise<number> {
  const response = await stub.fetch(url);
  await response.arrayBuffer();
  return response.status;
}

test("a refresh is measured with its outcome and the callers that waited for it", async () => {
  const { id, stub } = await connected();
  await clock.advance(4_000);
  await Promise.all(Array.from({ length: 12 }, () => drain(stub, me)));
  await sandbox.fault({ match: { url: tokenUrl }, times: 1, aadsts: 7000222 });
  await clock.advance(11);
  await stub.refresh();
  expect(rowsOf("refresh")).toEqual([
    {
      connection: connectionHash(id),
      kind: "refresh",
      resource: "graph",
      outcome: "ok",
      waiters: 12,
      attempt: 1,
    },
    {
      connection: connectionHash(id),
      kind: "refresh",
      resource: "graph",
      outcome: "invalid_client",
      action: "fix_app",
      aadsts: 7000222,
      waiters: 1,
      attempt: 1,
    },
  ]);
});

describe("a call", () => {
  test("is measured with Microsoft's status, whatever it is", async () => {
    const { id, stub } = await connected();
    expect(await drain(stub, me)).toBe(200);
    expect(await drain(stub, "https://graph.microsoft.com/v1.0/users/nobody")).toBe(403);
    expect(await drain(stub, "https://elsewhere.example/")).toBe(400);
    const connection = connectionHash(id);
    const call = { connection, kind: "call" };
    expect(rowsOf("call")).toEqual([
      { ...call, resource: "graph", outcome: "answered", attempt: 1, status: 200 },
      { ...call, resource: "graph", outcome: "answered", attempt: 1, status: 403 },
      { ...call, outcome: "invalid_request", status: 400 },
    ]);
  });

  test("that had to be sent again counts both", async () => {
    const { stub } = await connected();
    await sandbox.revoke("ada@contoso.example", "graph");
    expect(await drain(stub, me)).toBe(200);
    expect(rowsOf("call")).toMatchObject([{ attempt: 2, status: 200 }]);
  });

  test("to a mailbox records how long it waited for its place", async () => {
    const { stub } = await connected();
    await drain(stub, me);
    points.length = 0;
    vi.useRealTimers();
    await sandbox.fault({ match: { url: "/me/messages" }, times: 4, delay_ms: 200 });
    await Promise.all(Array.from({ length: 5 }, () => drain(stub, messages)));
    const waits = rowsOf("call").map((row) => Number(row["lane_ms"] ?? 0));
    expect(waits).toHaveLength(5);
    expect(Math.max(...waits)).toBeGreaterThan(0);
  });
});

test("a run of the alarm is measured with how late it was and what it did", async () => {
  const { id, stub } = await connected();
  await drain(stub, me);
  await runDurableObjectAlarm(stub);
  points.length = 0;
  await clock.advance(3_500);
  await runDurableObjectAlarm(stub);
  expect(rowsOf("alarm")).toEqual([
    {
      connection: connectionHash(id),
      kind: "alarm",
      outcome: "ok",
      lag_ms: expect.any(Number),
      renewals: 1,
    },
  ]);
});

test("a cool-down is measured once, with its length", async () => {
  const { id, stub } = await connected();
  await sandbox.fault({
    match: { url: me },
    times: 1,
    respond: { status: 429, headers: { "retry-after": "7" } },
  });
  expect(await drain(stub, me)).toBe(429);
  expect(await drain(stub, me)).toBe(429);
  expect(rowsOf("cooldown")).toEqual([
    { connection: connectionHash(id), kind: "cooldown", resource: "graph", seconds: 7 },
  ]);
  expect(rowsOf("call")).toMatchObject([
    { outcome: "answered", status: 429, attempt: 1 },
    { outcome: "throttled", status: 429 },
  ]);
});

test("the sockets of a connection are counted as they come and go", async () => {
  const { stub } = await connected();
  const open = async () => {
    const { webSocket } = await stub.fetch(liveRequest({ expiresAt: null }));
    webSocket?.accept();
    return webSocket;
  };
  const first = await open();
  await open();
  first?.close(1000, "enough");
  await expect.poll(() => rowsOf("sockets").map((row) => row["sockets"])).toEqual([1, 2, 1]);
});

test("a binding that throws breaks no call and no refresh", async () => {
  const { id, stub } = await connected();
  await clock.advance(4_000);
  const writeDataPoint = vi.fn(() => {
    throw new Error("no dataset");
  });
  bindMetrics({ writeDataPoint });
  await evictDurableObject(stub);
  expect(await drain(actorOf(id), me)).toBe(200);
  // The refresh, and the call.
  expect(writeDataPoint).toHaveBeenCalledTimes(2);
});
