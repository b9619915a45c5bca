import { describe, expect, test } from "vitest";
import {
  actionRequired,
  appMisconfigured,
  blockedBy,
  entraUnavailable,
  latchedBy,
  mayProbe,
  remedyOf,
  notConnected,
} from "../../../../src/connection/policy/remedies.ts";
import type { Grant } from "../../../../src/connection/tables/grant-store.ts";
import { remedyActions, type Remedy, type RemedyAction } from "../../../../src/contract/remedy.ts";
import { elsewhere, home, signedInConnection, start } from "../support/connection.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

const remedy = (action: RemedyAction): Remedy => ({
  action,
  message: "Do it.",
  since: "2026-11-28T12:00:00.000Z",
});
const of = (action: RemedyAction, scopes: string[] = []) =>
  remedyOf(
    { action, latch: "resource", message: "Do it." },
    { tenantId: home, scopes, publicOrigin: "https://azure.example", now: start },
  );

describe("a remedy", () => {
  test.each(remedyActions)("of %s is kept without the link of its user", (action) => {
    expect(of(action)).not.toHaveProperty("connect_url");
  });

  test.each(remedyActions)("of %s has a link only where an administrator consents", (action) => {
    expect(of(action).admin_consent_url).toBe(
      action === "admin_consent"
        ? `https://azure.example/admin-consent?tenant_id=${home}`
        : undefined,
    );
  });

  test("names the scopes to consent to", () => {
    const scopes = ["Mail.Send", "https://vault.azure.net/user_impersonation"];
    expect(of("consent", scopes).scopes).toEqual(scopes);
  });
});

test.each(remedyActions)("a latch of %s blames whoever has to act", (action) => {
  const code = action === "fix_app" ? "app_misconfigured" : "action_required";
  expect(actionRequired(remedy(action))).toMatchObject({ code, remedy: { action } });
});

describe("a probe", () => {
  test.each<[RemedyAction, number | undefined]>([
    ["admin_consent", day],
    ["contact_admin", day],
    ["fix_app", 15 * minute],
    ["sign_in", undefined],
    ["step_up", undefined],
    ["consent", undefined],
  ])("of %s is made after %s ms", (action, interval) => {
    const at = (elapsed: number) => mayProbe(remedy(action), start, start + elapsed);
    const isProbed = interval !== undefined;
    expect(at((interval ?? 100 * day) - 1)).toBe(false);
    expect(at(interval ?? 100 * day)).toBe(isProbed);
  });

  test("of another tenant's latch is made every quarter of an hour, whatever it asks", () => {
    const grant = signedInConnection().state.grant();
    const row = (tenant: string) => ({
      tenant_id: tenant,
      remedy: remedy("sign_in"),
      probed_at: start,
      retry_at: null,
    });
    const at = (tenant: string, elapsed: number) => latchedBy(grant, row(tenant), start + elapsed);
    expect(at(elsewhere, 15 * minute - 1)).toBeDefined();
    expect(at(elsewhere, 15 * minute)).toBeUndefined();
    expect(at(home, 100 * day)).toBeDefined();
  });
});

describe("a token POST", () => {
  const grant = (change: Partial<Grant> = {}): Grant => ({
    ...signedInConnection().state.grant(),
    ...change,
  });
  const blocked = (change: Partial<Grant>, retryAt: number | null = null) =>
    blockedBy(
      grant(change),
      { tenant_id: home, remedy: null, probed_at: null, retry_at: retryAt },
      { now: start, fingerprint: "now" },
    );
  const appError = (fingerprint: string, retryAt: number) => ({
    app_error: { since: start, retry_at: retryAt, fingerprint },
  });

  test.each<[string, Partial<Grant>, number | null, string | undefined]>([
    ["is made for a grant that is well", {}, null, undefined],
    ["is not made without a grant", { refresh_token: null }, null, "action_required"],
    ["is not made for a latched grant", { remedy: remedy("sign_in") }, null, "action_required"],
    ["waits for its back-off", {}, start + 1, "upstream_unavailable"],
    ["is made once the back-off has ended", {}, start, undefined],
    [
      "waits while the credential that failed is configured",
      appError("now", start + 1),
      null,
      "app_misconfigured",
    ],
    ["is made once that wait has ended", appError("now", start), null, undefined],
    ["is made at once with another credential", appError("before", start + day), null, undefined],
  ])("%s", (_, change, retryAt, code) => {
    expect(blocked(change, retryAt)?.code).toBe(code);
  });

  test("says in whole seconds when to come again", () => {
    expect(blocked({}, start + 1_001)?.retry_after).toBe(2);
    expect(blocked(appError("now", start + 89_500))?.retry_after).toBe(90);
    expect(entraUnavailable(0).retry_after).toBe(1);
    expect(appMisconfigured({ message: "No." }, 0).retry_after).toBe(1);
  });
});

test.each([
  ["user", "sign_in"],
  ["tenant", "admin_consent"],
] as const)("a connection of a %s without a grant asks for %s, since now", (kind, action) => {
  expect(notConnected(kind, start)).toMatchObject({
    code: "action_required",
    remedy: { action, since: "2026-11-28T12:00:00.000Z" },
  });
});
