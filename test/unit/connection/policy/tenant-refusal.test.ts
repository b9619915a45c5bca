import { describe, expect, test } from "vitest";
import {
  awaitsRoles,
  rolesLacking,
  rolesWait,
} from "../../../../src/connection/policy/late-roles.ts";
import {
  tenantFailure,
  tenantNotConnected,
} from "../../../../src/connection/policy/tenant-refusal.ts";
import { classify } from "../../../../src/entra/errors.ts";
import { ownFailure, type TokenFailure } from "../../../../src/entra/token-failure.ts";

const refusal = (aadsts: number, error = "invalid_client", status = 400): TokenFailure => ({
  disposition: classify({ status, body: { error, error_codes: [aadsts] } }),
  code: error,
  codes: [aadsts],
  claims: '{"access_token":{}}',
});

describe("a refusal of the application's own token", () => {
  test.each([
    [700016, "admin_consent", "connection"],
    [7000229, "admin_consent", "connection"],
    [90094, "admin_consent", "resource"],
    [65001, "admin_consent", "resource"],
    [7000112, "contact_admin", "connection"],
    [53003, "contact_admin", "resource"],
    [50173, "contact_admin", "resource"],
    [50076, "contact_admin", "resource"],
    [50059, "fix_app", "resource"],
    [90002, "fix_app", "resource"],
    [7000215, "fix_app", "app"],
    [90033, "retry", "none"],
  ])("AADSTS%d asks for %s and reaches the %s", (aadsts, action, latch) => {
    const { disposition } = tenantFailure(refusal(aadsts));
    expect(disposition).toMatchObject({ action, latch });
  });

  test("asks nobody to sign in, whatever the code", () => {
    for (let aadsts = 16_000; aadsts < 90_200; aadsts += 1) {
      const { disposition } = tenantFailure(refusal(aadsts, "invalid_grant"));
      if (disposition.latch === "none") continue;
      expect(["sign_in", "step_up", "consent"]).not.toContain(disposition.action);
    }
  });

  test("keeps no claims, which no sign-in would carry", () => {
    expect(tenantFailure(refusal(50076))).not.toHaveProperty("claims");
  });
});

describe("a tenant that cannot be connected", () => {
  const circumstances = { tenantId: "t", publicOrigin: "https://azure.example", now: 0 };
  test.each([
    [refusal(50059), "invalid_request"],
    [refusal(90002), "invalid_request"],
    [refusal(700016), "action_required"],
    [refusal(7000112), "action_required"],
    [refusal(7000222), "app_misconfigured"],
    [ownFailure("timeout"), "upstream_unavailable"],
  ])("is told as what it is", (cause, code) => {
    const reason = tenantNotConnected(cause, circumstances);
    expect(reason.code).toBe(code);
    expect(reason.remedy !== undefined).toBe(code === "action_required");
  });
});

describe("roles that arrive late", () => {
  test("are asked for less and less often, and for an hour at most", () => {
    const waits: number[] = [];
    for (let attempts = 1; ; attempts += 1) {
      const wait = rolesWait(attempts);
      if (wait === undefined) break;
      waits.push(wait);
    }
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(65 * 60_000);
  });

  test("undo the latch of a tenant that they are lacking for, and no other", () => {
    const remedy = { ...rolesLacking().disposition, since: "" };
    expect(awaitsRoles({ kind: "tenant" }, { remedy })).toBe(true);
    expect(awaitsRoles({ kind: "user" }, { remedy })).toBe(false);
    const other = { ...remedy, action: "contact_admin" as const };
    expect(awaitsRoles({ kind: "tenant" }, { remedy: other })).toBe(false);
    expect(awaitsRoles({ kind: "tenant" }, undefined)).toBe(false);
  });
});
