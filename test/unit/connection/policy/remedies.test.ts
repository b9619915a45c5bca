import { describe, expect, test } from "vitest";
import {
  actionRequired,
  appMisconfigured,
  blockedBy,
  entraUnavailable,
  latchedBy,
  mayProbe,
  remedyOf,
  signInRemedy,
} from "../../../../src/connection/policy/remedies.ts";
import type { Grant } from "../../../../src/connection/tables/grant-store.ts";
import { remedyActions, type Remedy, type RemedyAction } from "../../../../src/contract/remedy.ts";
import { elsewhere, home, signedInConnection, start } from "../support/connection.ts";

const links = { connectionId: "user:ada:work", publicOrigin: "https://azure.example" };
const minute = 60_000;
const day = 24 * 60 * minute;

const remedy = (action: RemedyAction): Remedy => ({
  action,
  message: "Do it.",
  since: "2026-11-28T12:00:00.000Z",
});
const of = (action: RemedyAction, more: { signInTenant?: string; scopes?: string[] } = {}) =>
  remedyOf({ action, latch: "resource", message: "Do it." }, links, {
    tenantId: home,
    scopes: [],
    now: start,
    ...more,
  });
const parameters = (url: string | undefined) => Object.fromEntries(new URL(url ?? "").searchParams);

describe("the links of a remedy", () => {
  test.each<[RemedyAction, boolean, boolean]>([
    ["sign_in", true, false],
    ["step_up", true, false],
    ["consent", true, false],
    ["admin_consent", false, true],
    ["contact_admin", false, false],
    ["fix_app", false, false],
    ["retry", false, false],
  ])("of %s: to sign in %s, to an administrator %s", (action, connect, admin) => {
    const { connect_url: connectUrl, admin_consent_url: adminUrl } = of(action);
    expect([connectUrl !== undefined, adminUrl !== undefined]).toEqual([connect, admin]);
  });

  test("name the user and the label, and hold nothing secret", () => {
    expect(parameters(of("sign_in").connect_url)).toEqual({ user_id: "ada", label: "work" });
  });

  test("ask for the scopes to consent to, as one parameter", () => {
    const scopes = ["Mail.Send", "https://vault.azure.net/user_impersonation"];
    const { connect_url: url, scopes: named } = of("consent", { scopes });
    expect(parameters(url)["scopes"]).toBe(scopes.join(" "));
    expect(named).toEqual(scopes);
  });

  test("name the tenant of a guest to sign in to, and the one whose administrator consents", () => {
    expect(parameters(of("sign_in", { signInTenant: elsewhere }).connect_url)["tenant_id"]).toBe(
      elsewhere,
    );
    expect(parameters(of("admin_consent").admin_consent_url)).toEqual({ tenant_id: home });
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
      { now: start, fingerprint: "now", links },
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

test("a connection without a grant asks to sign in, since now", () => {
  expect(signInRemedy(links, start)).toMatchObject({
    action: "sign_in",
    since: "2026-11-28T12:00:00.000Z",
  });
});
