import { describe, expect, test } from "vitest";
import { infoAfter } from "../../../src/client/connection-view.ts";
import type { ConnectionEvent, ConnectionInfo, Remedy } from "../../../src/client/index.ts";
import { event, snapshot } from "./live-fixtures.ts";

const remedy: Remedy = { action: "sign_in", message: "Sign in.", since: "2026-11-24T10:00:00Z" };
const identity = { tenant_id: "t", object_id: "o", upn: "ada@contoso.example", name: "Ada" };
const { data: known } = snapshot(1);
const broken: ConnectionInfo = { ...known, identity, status: "action_required", remedy };
const error = { code: "upstream_unavailable", message: "Microsoft is not answering." };

type Happened = ConnectionEvent extends infer Event
  ? Event extends ConnectionEvent
    ? Pick<Event, "type" | "data">
    : never
  : never;
const after = (info: ConnectionInfo, happened: Happened) =>
  infoAfter(info, { ...event(2), ...happened } as ConnectionEvent);

describe("what is known of a connection after an event", () => {
  test.each<[Happened, ConnectionInfo["status"], Remedy | undefined]>([
    [{ type: "connection.pending", data: {} }, "pending", undefined],
    [{ type: "connection.connected", data: {} }, "active", undefined],
    [{ type: "connection.recovered", data: {} }, "active", undefined],
    [{ type: "connection.degraded", data: { error } }, "degraded", remedy],
    [
      { type: "connection.action_required", data: { remedy: { ...remedy, action: "step_up" } } },
      "action_required",
      { ...remedy, action: "step_up" },
    ],
    [{ type: "connection.disconnected", data: {} }, "disconnected", undefined],
  ])("is its status: %o", (happened, status, expected) => {
    const info = after(broken, happened);
    expect([info.status, info.remedy]).toEqual([status, expected]);
    expect("remedy" in info).toBe(expected !== undefined);
  });

  test("is nobody's any more once it is disconnected", () => {
    const info = after(broken, { type: "connection.disconnected", data: {} });
    expect("identity" in info).toBe(false);
    expect(info.resources).toEqual([]);
    expect(broken.identity).toEqual(identity);
  });

  test.each<Happened>([
    {
      type: "token.refreshed",
      data: { resource: "graph", tenant_id: "t", expires_at: known.created_at, generation: 2 },
    },
    { type: "token.refresh_failed", data: { resource: "graph", error, attempts: 1 } },
    {
      type: "call.throttled",
      data: { service: "graph", applies_to: "graph", until: known.created_at },
    },
    { type: "watch.blocked", data: { watch: "w", resource: "me/events", remedy } },
  ])("is what it was after an event that is not of its status: $type", (happened) => {
    expect(after(broken, happened)).toBe(broken);
  });

  test("is what it was after an event that this version does not name", () => {
    const painted: unknown = JSON.parse(
      JSON.stringify({ ...event(2), type: "connection.painted", data: {} }),
    );
    expect(infoAfter(broken, painted as ConnectionEvent)).toBe(broken);
  });
});
