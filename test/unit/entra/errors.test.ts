import { describe, expect, it } from "vitest";
import { classify, parseEntraError } from "../../../src/entra/errors.ts";
import type { Latch } from "../../../src/entra/errors.ts";
import type { RemedyAction } from "../../../src/remedy.ts";

interface Row {
  codes: number[];
  error: string;
  status?: number;
  suberror?: string;
  action: RemedyAction;
  latch: Latch;
}

/** What Entra sends, and what it has to come to. */
const rows: Row[] = [
  {
    codes: [16000, 16003, 50020, 50034, 51004, 90072],
    error: "invalid_grant",
    action: "sign_in",
    latch: "resource",
  },
  {
    codes: [28000, 28003, 650053, 90009, 9010010],
    error: "invalid_request",
    action: "fix_app",
    latch: "resource",
  },
  {
    codes: [70011, 700022, 700023, 1002012],
    error: "invalid_scope",
    action: "fix_app",
    latch: "resource",
  },
  {
    codes: [50011, 900971, 9002325, 9002326, 9002327],
    error: "invalid_request",
    action: "fix_app",
    latch: "app",
  },
  {
    codes: [50001, 500011, 500014, 650052, 650054],
    error: "invalid_resource",
    action: "contact_admin",
    latch: "resource",
  },
  {
    codes: [50053, 50056, 50126, 50140, 50144],
    error: "invalid_grant",
    action: "sign_in",
    latch: "connection",
  },
  {
    codes: [50055],
    error: "invalid_grant",
    suberror: "user_password_expired",
    action: "sign_in",
    latch: "connection",
  },
  { codes: [50057], error: "invalid_grant", action: "contact_admin", latch: "connection" },
  { codes: [50058], error: "login_required", action: "sign_in", latch: "connection" },
  {
    codes: [50072, 50074, 50076, 50078, 50079, 50158, 500121],
    error: "invalid_grant",
    suberror: "basic_action",
    action: "step_up",
    latch: "resource",
  },
  {
    codes: [50072, 50074, 50076, 50078, 50079],
    error: "interaction_required",
    action: "step_up",
    latch: "resource",
  },
  {
    codes: [50085, 50132, 50133, 50173],
    error: "invalid_grant",
    suberror: "bad_token",
    action: "sign_in",
    latch: "connection",
  },
  { codes: [50105], error: "invalid_grant", action: "contact_admin", latch: "connection" },
  {
    codes: [50097, 53000, 53001, 53002, 53004, 530003, 530034],
    error: "interaction_required",
    suberror: "additional_action",
    action: "contact_admin",
    latch: "resource",
  },
  {
    codes: [50131, 53003, 53011, 530032, 530035],
    error: "interaction_required",
    suberror: "message_only",
    action: "contact_admin",
    latch: "resource",
  },
  { codes: [53003], error: "invalid_grant", action: "contact_admin", latch: "resource" },
  {
    codes: [50194, 9001023, 90130, 9002332],
    error: "invalid_request",
    action: "fix_app",
    latch: "app",
  },
  { codes: [90124], error: "invalid_request", action: "fix_app", latch: "resource" },
  { codes: [50196], error: "invalid_grant", action: "retry", latch: "none" },
  {
    codes: [50089, 50147, 501481, 501491, 54005, 700005],
    error: "invalid_grant",
    action: "sign_in",
    latch: "connection",
  },
  { codes: [50013, 500133], error: "invalid_grant", action: "sign_in", latch: "connection" },
  {
    codes: [65001],
    error: "invalid_grant",
    suberror: "consent_required",
    action: "consent",
    latch: "resource",
  },
  {
    codes: [65002, 65005, 650056, 650057],
    error: "invalid_resource",
    action: "fix_app",
    latch: "resource",
  },
  { codes: [65004], error: "access_denied", action: "consent", latch: "resource" },
  {
    codes: [70000, 70002, 9002313],
    error: "invalid_grant",
    action: "sign_in",
    latch: "connection",
  },
  {
    codes: [70008, 700082, 700084],
    error: "invalid_grant",
    suberror: "bad_token",
    action: "sign_in",
    latch: "connection",
  },
  {
    codes: [70043],
    error: "invalid_grant",
    suberror: "token_expired",
    action: "sign_in",
    latch: "connection",
  },
  {
    codes: [70001, 7000112],
    error: "unauthorized_client",
    action: "contact_admin",
    latch: "connection",
  },
  {
    codes: [700011, 700016],
    error: "unauthorized_client",
    action: "admin_consent",
    latch: "resource",
  },
  {
    codes: [70003, 70004, 70005, 70007, 900144, 90014, 90004, 90023, 90100, 901002, 900561, 700054],
    error: "invalid_request",
    action: "fix_app",
    latch: "app",
  },
  {
    codes: [7000215, 7000222, 7000218, 700025, 700027, 50012, 5002730],
    error: "invalid_client",
    status: 401,
    action: "fix_app",
    latch: "app",
  },
  { codes: [700024], error: "invalid_client", status: 401, action: "retry", latch: "none" },
  {
    codes: [70021, 700211, 700212, 700213, 7002138, 700229],
    error: "invalid_client",
    status: 401,
    action: "fix_app",
    latch: "app",
  },
  {
    codes: [90002, 90019, 50059, 50128, 90038, 900382, 900432],
    error: "invalid_request",
    action: "fix_app",
    latch: "resource",
  },
  {
    codes: [90033, 90006, 90012, 90024, 90041, 90090, 50033, 50087, 40010],
    error: "temporarily_unavailable",
    status: 503,
    action: "retry",
    latch: "none",
  },
  // The same codes under 400: the code tells that it will pass.
  { codes: [90033, 90024, 50033], error: "invalid_grant", action: "retry", latch: "none" },
  { codes: [90055], error: "invalid_request", status: 429, action: "retry", latch: "none" },
  {
    codes: [90093, 90094, 90095],
    error: "access_denied",
    action: "admin_consent",
    latch: "resource",
  },
  { codes: [240002, 7000114], error: "unauthorized_client", action: "fix_app", latch: "app" },
  { codes: [70016], error: "authorization_pending", action: "sign_in", latch: "connection" },
  {
    codes: [70018, 70019, 70020],
    error: "expired_token",
    action: "sign_in",
    latch: "connection",
  },
];

const body = (row: { error: string; codes?: number[]; suberror?: string }) => ({
  error: row.error,
  error_description: `AADSTS${row.codes?.[0]}: prose with a secret s3cr3t in it.\r\nTrace ID: x`,
  error_codes: row.codes,
  ...(row.suberror !== undefined && { suberror: row.suberror }),
});

describe("classify by AADSTS code", () => {
  const single = rows.flatMap(({ codes, ...row }) => codes.map((code) => ({ ...row, code })));

  it.each(single)("$code as $error means $action within $latch", (row) => {
    const { code, status = 400, action, latch } = row;
    const disposition = classify({ status, body: body({ ...row, codes: [code] }) });
    expect(disposition).toMatchObject({ action, latch, aadsts: code });
    expect(disposition.message).not.toMatch(/s3cr3t|Trace|AADSTS/);
    expect(disposition.message).toMatch(/^[A-Z].*\.$/);
  });

  it("tells withdrawn consent, a revoked sign-in and a blocked access apart to the user", () => {
    const messages = [65001, 50173, 53003].map(
      (code) =>
        classify({ status: 400, body: body({ error: "invalid_grant", codes: [code] }) }).message,
    );
    expect(new Set(messages).size).toBe(3);
  });
});

describe("classify of several codes at once", () => {
  it.each([
    { codes: [70002, 70008], action: "sign_in", aadsts: 70008 },
    { codes: [70000, 50076], action: "step_up", aadsts: 50076 },
    { codes: [50076, 53003], action: "contact_admin", aadsts: 53003 },
    { codes: [65001, 50173], action: "sign_in", aadsts: 50173 },
    { codes: [50173, 50057], action: "contact_admin", aadsts: 50057 },
    { codes: [700082, 7000222], action: "fix_app", aadsts: 7000222 },
    { codes: [50196, 700082], action: "sign_in", aadsts: 700082 },
    { codes: [999999, 65001], action: "consent", aadsts: 65001 },
  ])("$codes: $aadsts decides", ({ codes, action, aadsts }) => {
    const disposition = classify({ status: 400, body: body({ error: "invalid_grant", codes }) });
    expect(disposition).toMatchObject({ action, aadsts });
  });
});

describe("classify without a known code", () => {
  it.each([
    ["basic_action", "step_up", "resource"],
    ["additional_action", "step_up", "resource"],
    ["message_only", "contact_admin", "resource"],
    ["user_password_expired", "sign_in", "connection"],
    ["consent_required", "consent", "resource"],
    ["bad_token", "sign_in", "connection"],
    ["token_expired", "sign_in", "connection"],
    ["protection_policy_required", "contact_admin", "resource"],
    ["device_authentication_failed", "contact_admin", "resource"],
    ["client_mismatch", "sign_in", "connection"],
    ["never_heard_of", "sign_in", "connection"],
    ["constructor", "sign_in", "connection"],
  ])("suberror %s means %s within %s", (suberror, action, latch) => {
    const disposition = classify({
      status: 400,
      body: { error: "invalid_grant", suberror, error_codes: [999999] },
    });
    expect(disposition).toMatchObject({ action, latch, aadsts: 999999 });
  });

  it.each([
    ["invalid_grant", "sign_in", "connection"],
    ["interaction_required", "step_up", "resource"],
    ["login_required", "sign_in", "connection"],
    ["account_selection_required", "sign_in", "connection"],
    ["consent_required", "consent", "resource"],
    ["access_denied", "sign_in", "connection"],
    ["permission_denied", "admin_consent", "resource"],
    ["invalid_client", "fix_app", "app"],
    ["unauthorized_client", "fix_app", "app"],
    ["invalid_request", "fix_app", "app"],
    ["unsupported_grant_type", "fix_app", "app"],
    ["unsupported_response_type", "fix_app", "app"],
    ["invalid_scope", "fix_app", "resource"],
    ["invalid_resource", "contact_admin", "resource"],
    ["invalid_target", "contact_admin", "resource"],
    ["invalid_tenant", "fix_app", "resource"],
    ["invalid_instance", "fix_app", "app"],
    ["server_error", "retry", "none"],
    ["temporarily_unavailable", "retry", "none"],
    ["authorization_pending", "retry", "none"],
    ["slow_down", "retry", "none"],
    ["authorization_declined", "sign_in", "connection"],
    ["bad_verification_code", "sign_in", "connection"],
    ["expired_token", "sign_in", "connection"],
    ["an_error_of_tomorrow", "retry", "none"],
    ["toString", "retry", "none"],
  ])("error %s means %s within %s", (error, action, latch) => {
    expect(classify({ status: 400, body: { error } })).toEqual({
      action,
      latch,
      message: expect.any(String),
    });
  });

  it.each([
    ["an overloaded service", 429, { error: "invalid_grant", error_codes: [700082] }],
    ["a broken service", 500, { error: "invalid_grant", error_codes: [700082] }],
    ["a gateway's 503", 503, undefined],
    ["an empty 429", 429, undefined],
    ["a 400 that is no JSON", 400, undefined],
    ["a redirect", 302, undefined],
    ["a list", 400, ["invalid_grant"]],
    ["a nested error of another API", 401, { error: { code: "invalid_grant" } }],
  ])("%s never ends a grant", (_what, status, given) => {
    expect(classify({ status, body: given })).toMatchObject({ action: "retry", latch: "none" });
  });
});

describe("parseEntraError", () => {
  it("reads codes sent as strings", () => {
    expect(parseEntraError({ error: "invalid_grant", error_codes: ["50173"] }).codes).toEqual([
      50173,
    ]);
  });

  it("reads the codes of a redirect from its description", () => {
    const error = parseEntraError({
      error: "access_denied",
      error_subcode: "cancel",
      error_description: "AADSTS65004: User declined. See AADSTS90094 and AADSTS65004.",
    });
    expect(error).toEqual({ error: "access_denied", codes: [65004, 90094], suberror: "cancel" });
  });

  it("keeps a claims challenge only when it is a JSON object", () => {
    const claims = '{"access_token":{"capolids":{"essential":true,"values":["a"]}}}';
    expect(parseEntraError({ error: "invalid_grant", claims }).claims).toBe(claims);
    expect(parseEntraError({ error: "invalid_grant", claims: "see below" })).not.toHaveProperty(
      "claims",
    );
  });

  it("takes prose for nothing", () => {
    expect(
      parseEntraError({ error: "the secret is s3cr3t", suberror: "Bad Token!", trace_id: "a b" }),
    ).toEqual({ codes: [] });
  });
});
