import { describe, expect, test } from "vitest";
import {
  deriveStatus,
  statusEvent,
  type StatusFacts,
} from "../../../../src/connection/policy/status.ts";
import type { Remedy } from "../../../../src/contract/remedy.ts";

const remedy = (action: Remedy["action"]): Remedy => ({
  action,
  message: "m",
  since: "2026-01-01T00:00:00.000Z",
});
const error = { code: "network", message: "m" };
const healthy: StatusFacts = {
  disconnected: false,
  granted: true,
  remedy: null,
  requiredRemedies: [],
  degraded: null,
};

test.each<[string, Partial<StatusFacts>, string]>([
  ["a grant without trouble", {}, "active"],
  ["no grant yet", { granted: false }, "pending"],
  ["a latched grant", { remedy: remedy("sign_in") }, "action_required"],
  [
    "a latched resource that was required",
    { requiredRemedies: [remedy("consent")] },
    "action_required",
  ],
  ["transient trouble", { degraded: error }, "degraded"],
  [
    "a latch and transient trouble",
    { remedy: remedy("sign_in"), degraded: error },
    "action_required",
  ],
  ["a disconnected connection", { disconnected: true, granted: false }, "disconnected"],
])("%s is told as it is", (_, facts, status) => {
  expect(deriveStatus({ ...healthy, ...facts }).status).toBe(status);
});

describe("a change of status", () => {
  const active = { status: "active" } as const;
  const degraded = { status: "degraded", error } as const;
  const signIn = { status: "action_required", remedy: remedy("sign_in") } as const;
  const consent = { status: "action_required", remedy: remedy("consent") } as const;
  const pending = { status: "pending" } as const;
  const disconnected = { status: "disconnected" } as const;

  test.each([
    ["a beginning", undefined, pending, false, "connection.pending"],
    ["a first sign-in", pending, active, true, "connection.connected"],
    ["a sign-in on a healthy connection", active, active, true, "connection.connected"],
    ["a sign-in that heals", signIn, active, true, "connection.connected"],
    ["trouble", active, degraded, false, "connection.degraded"],
    ["more of the same trouble", degraded, degraded, false, undefined],
    ["the end of trouble", degraded, active, false, "connection.recovered"],
    ["a latch", active, signIn, false, "connection.action_required"],
    ["the same latch again", signIn, signIn, false, undefined],
    ["another latch", signIn, consent, false, "connection.action_required"],
    ["a latch opened by a probe", consent, active, false, "connection.recovered"],
    ["a sign-in that one resource refused", pending, consent, true, "connection.action_required"],
    ["a disconnect", active, disconnected, false, "connection.disconnected"],
    ["nothing", active, active, false, undefined],
  ] as const)("%s is told once", (_, before, after, signedIn, type) => {
    expect(statusEvent(before, after, signedIn)?.type).toBe(type);
  });
});
