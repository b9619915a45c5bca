import { describe, expect, test } from "vitest";
import {
  dueKinds,
  dueWork,
  earliest,
  type Due,
  type DueKind,
  type Schedule,
} from "../../../../src/connection/policy/schedule.ts";
import {
  elsewhere,
  home,
  newConnection,
  signedInConnection,
  start,
} from "../support/connection.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

const idle = {
  now: start,
  inFlight: false,
  leases: new Map<string, number>(),
  watchLeases: new Map<string, number>(),
};
const kindsOf = (due: readonly Due[]): DueKind[] => due.map(({ kind }) => kind);
const intent = { resource: "graph", tenant_id: home, generation: 1, started_at: start };

/** A signed-in connection whose directory entry is up to date, with changes. */
function schedule(change: Partial<Schedule> = {}): Schedule {
  return { ...signedInConnection().state.schedule(), deliveries: [], ...change };
}

describe("what lies ahead of a connection", () => {
  test("that is signed in and not used is one refresh of the idle grant", () => {
    expect(dueWork(schedule(), idle)).toEqual([
      { kind: "idle_refresh", resource: "graph", tenantId: home, at: start + 14 * day },
    ]);
  });

  test("with a token in use is its renewal too", () => {
    const { state } = signedInConnection();
    state.tokens.markUsed({ resource: "graph", tenantId: home }, start);
    const due = dueWork({ ...state.schedule(), deliveries: [] }, idle);
    expect(due[0]).toEqual({
      kind: "renewal",
      resource: "graph",
      tenantId: home,
      at: start + 3_000_000,
    });
    expect(earliest(due)).toBe(start + 3_000_000);
  });

  test("whose grant is latched is nothing", () => {
    const { state } = signedInConnection();
    const remedy = {
      action: "sign_in",
      message: "Sign in.",
      since: "2026-11-28T12:00:00.000Z",
    } as const;
    state.commit(start, () => state.grants.update({ remedy }));
    expect(dueWork({ ...state.schedule(), deliveries: [] }, idle)).toEqual([]);
  });

  test("whose application is at fault waits for the next try", () => {
    const { state } = signedInConnection();
    const app_error = { since: start, retry_at: start + 30 * day, fingerprint: "f" };
    state.commit(start, () => state.grants.update({ app_error }));
    expect(earliest(dueWork({ ...state.schedule(), deliveries: [] }, idle))).toBe(start + 30 * day);
  });

  test("without a refresh token is no renewal", () => {
    const { state } = signedInConnection();
    state.disconnect(start);
    expect(dueWork({ ...state.schedule(), deliveries: [] }, idle)).toEqual([]);
  });
});

describe("the refresh of an idle grant", () => {
  const remedy = {
    action: "consent",
    message: "Consent.",
    since: "2026-11-28T12:00:00.000Z",
  } as const;

  test("is made for a resource at home that is not latched", () => {
    const { state } = signedInConnection();
    state.tokens.latch({ resource: "graph", tenantId: home }, remedy, start);
    state.tokens.latch({ resource: "arm", tenantId: elsewhere }, remedy, start);
    expect(kindsOf(dueWork({ ...state.schedule(), deliveries: [] }, idle))).not.toContain(
      "idle_refresh",
    );
    state.tokens.fail({ resource: "arm", tenantId: home }, 1, start + 20 * day);
    expect(dueWork({ ...state.schedule(), deliveries: [] }, idle)).toContainEqual({
      kind: "idle_refresh",
      resource: "arm",
      tenantId: home,
      at: start + 20 * day,
    });
  });
});

describe("the recovery of an intent", () => {
  test.each([
    ["at once, when no POST is out", false, start],
    ["after 30 s, when one is", true, start + 30_000],
  ])("is due %s", (_, inFlight, at) => {
    const due = dueWork(schedule({ intent }), { ...idle, inFlight });
    expect(due).toContainEqual({ kind: "intent_recovery", at, intent });
  });
});

describe("a delivery", () => {
  test("is due when its row says, and one under way when its lease ends", () => {
    const deliveries = [
      { sink: "webhook:a", dueAt: start + 1 },
      { sink: "webhook:b", dueAt: start + 2 },
    ];
    const leases = new Map([["webhook:b", start + 99]]);
    const due = dueWork(schedule({ deliveries }), { ...idle, leases });
    expect(due.filter(({ kind }) => kind === "delivery")).toEqual([
      { kind: "delivery", sink: "webhook:a", at: start + 1 },
      { kind: "delivery", sink: "webhook:b", at: start + 99 },
    ]);
  });
});

describe("a connection that never came to be", () => {
  const pending = (change: Partial<Schedule> = {}): Schedule => ({
    ...newConnection().state.schedule(),
    deliveries: [],
    ...change,
  });

  test("is deleted at once", () => {
    expect(dueWork(pending(), idle)).toEqual([{ kind: "abandonment", at: start }]);
  });

  test.each<[string, Partial<Schedule>]>([
    ["its events are delivered", { deliveries: [{ sink: "webhook:a", dueAt: start }] }],
    ["its sign-in ends", { signInExpiry: start + minute }],
  ])("is kept until %s", (_, change) => {
    expect(kindsOf(dueWork(pending(change), idle))).not.toContain("abandonment");
  });

  test("has its directory entry corrected where that lacks the end of the sign-in", () => {
    const due = dueWork(pending({ signInExpiry: start + minute }), idle);
    expect(due).toEqual([
      { kind: "sign_in_expiry", at: start + minute },
      { kind: "directory_contact", at: start },
    ]);
  });
});

test("the directory entry is corrected once its time has passed", () => {
  const contactAt = Number(schedule().grant.contact_at);
  const at = (now: number) => kindsOf(dueWork(schedule(), { ...idle, now }));
  expect(at(contactAt - 1)).not.toContain("directory_contact");
  expect(at(contactAt)).toContain("directory_contact");
});

test("work that the tables do not have is not invented, and each kind is listed once", () => {
  expect(new Set(dueKinds).size).toBe(dueKinds.length);
  expect(earliest([])).toBeNull();
});
