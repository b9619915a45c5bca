import { describe, expect, it } from "vitest";
import type { ConnectionInfo } from "../../../src/contract/connection-info.ts";
import type { ConnectionEvent } from "../../../src/contract/connection-events.ts";
import { EventRecord } from "../../support/event-record.ts";
import { Ledger, type Standing } from "../../support/ledger.ts";

const now = "2026-11-27T12:00:00.000Z";
const account = "ada@contoso.example";

function infoOf(status: ConnectionInfo["status"], generations: Record<string, number> = {}) {
  return {
    id: "user:ada",
    kind: "user" as const,
    status,
    ...(status === "active" && {
      identity: { tenant_id: "tenant", object_id: "object", upn: account, name: "Ada" },
    }),
    scopes: [],
    resources: Object.entries(generations).map(([resource, generation]) => ({
      resource,
      tenant_id: "tenant",
      expires_at: now,
      refresh_at: now,
      generation,
    })),
    cooldowns: [],
    created_at: now,
    updated_at: now,
    last_refresh_at: null,
    last_used_at: null,
  } satisfies ConnectionInfo;
}

function connected(): Ledger {
  const ledger = new Ledger(account);
  ledger.asks("connected");
  ledger.done();
  return ledger;
}

describe("a ledger holds a connection to what it has answered", () => {
  it("takes a change that was asked for and not answered as done or not done, once", () => {
    for (const status of ["active", "disconnected"] as const) {
      const ledger = connected();
      ledger.asks("disconnected");
      ledger.inspected(infoOf(status));
      expect(ledger.faults).toEqual([]);
      ledger.inspected(infoOf(status === "active" ? "disconnected" : "active"));
      expect(ledger.faults).toHaveLength(1);
    }
  });

  const lost: [answered: Standing[], found: ConnectionInfo | undefined, fault: string][] = [
    [["connected"], undefined, "is absent, but was connected"],
    [["connected"], infoOf("pending"), "is absent, but was connected"],
    [["connected"], infoOf("disconnected"), "is disconnected, but was connected"],
    [["connected", "disconnected"], infoOf("active"), "is connected, but was disconnected"],
  ];
  it.each(lost)("after %j it does not take %o", (answered, found, fault) => {
    const ledger = new Ledger(account);
    for (const standing of answered) {
      ledger.asks(standing);
      ledger.done();
    }
    ledger.inspected(found);
    expect(ledger.faults).toEqual([fault]);
  });

  it("does not take a change that was refused", () => {
    const ledger = connected();
    ledger.asks("disconnected");
    ledger.refused();
    ledger.inspected(infoOf("disconnected"));
    expect(ledger.faults).toHaveLength(1);
  });

  it("does not take another account", () => {
    const ledger = new Ledger("grace@contoso.example");
    ledger.asks("connected");
    ledger.inspected(infoOf("active"));
    expect(ledger.faults).toEqual([`is ${account}, but was grace@contoso.example`]);
  });

  it("does not take a generation that went back, or is gone", () => {
    const ledger = connected();
    ledger.handedOut({ resource: "graph", generation: 4, token: "a" });
    ledger.told(infoOf("active", { arm: 5 }));
    ledger.inspected(infoOf("active", { graph: 4, arm: 6 }));
    expect(ledger.faults).toEqual([]);
    ledger.inspected(infoOf("active", { graph: 3 }));
    expect(ledger.faults).toEqual([
      "graph has generation 3, but 4 was told",
      "arm has generation undefined, but 6 was told",
    ]);
  });

  it("takes it that a tenant which was connected once more holds a token of Graph alone", () => {
    const ledger = new Ledger(null);
    ledger.asks("connected");
    ledger.done();
    ledger.handedOut({ resource: "arm", generation: 2, token: "a" });
    const identity = { tenant_id: "tenant", object_id: "object", upn: null, name: "Application" };
    const of = (generations: Record<string, number>) => ({
      ...infoOf("active", generations),
      identity,
    });
    ledger.inspected(of({ graph: 3 }));
    expect(ledger.faults).toEqual([]);
    ledger.inspected(of({ graph: 3, arm: 1 }));
    ledger.inspected(of({}));
    expect(ledger.faults).toEqual([
      "arm has generation 1, but 2 was told",
      "graph has generation undefined, but 3 was told",
    ]);
  });

  it("does not take a generation that stands for two tokens", () => {
    const ledger = connected();
    ledger.handedOut({ resource: "graph", generation: 4, token: "a" });
    ledger.handedOut({ resource: "graph", generation: 4, token: "a" });
    expect(ledger.faults).toEqual([]);
    ledger.handedOut({ resource: "graph", generation: 4, token: "b" });
    ledger.handedOut({ resource: "arm", generation: 4, token: "b" });
    expect(ledger.faults).toHaveLength(2);
  });
});

const eventOf = (seq: number, id = `event ${seq}`): ConnectionEvent => ({
  seq,
  id,
  time: now,
  connection: "user:ada",
  type: "connection.recovered",
  data: {},
});
const log = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => eventOf(first + index));

describe("a record of events", () => {
  it("takes a log that goes on where it was", () => {
    const record = new EventRecord();
    record.saw(eventOf(2));
    record.sawLog(log(1, 3), record.last);
    record.sawLog(log(4, 203), record.last);
    expect(record.faults).toEqual([]);
    expect(record.last).toBe(203);
  });

  const faulty: [why: string, events: ConnectionEvent[]][] = [
    ["a gap", [eventOf(1), eventOf(3)]],
    ["a double", [eventOf(1), eventOf(2), eventOf(2)]],
    ["an end before what was seen", [eventOf(1)]],
    ["another event in the place of one that was seen", [eventOf(1), eventOf(2, "another")]],
    ["a beginning that is lost too soon", log(2, 100)],
  ];
  it.each(faulty)("does not take %s", (_, events) => {
    const record = new EventRecord();
    record.saw(eventOf(2));
    record.sawLog(events, record.last);
    expect(record.faults).not.toEqual([]);
  });
});
