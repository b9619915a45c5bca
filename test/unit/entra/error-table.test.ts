import { describe, expect, it } from "vitest";
import { byCode } from "../../../src/entra/error-table.ts";
import { classify } from "../../../src/entra/errors.ts";
import type { FaultyVariable, Latch } from "../../../src/entra/errors.ts";
import type { RemedyAction } from "../../../src/contract/remedy.ts";

interface Row {
  codes: number[];
  error: string;
  status?: number;
  suberror?: string;
  action: RemedyAction;
  latch: Latch;
  /** Part of the sentence, where it must tell more than its action. */
  says?: RegExp;
  variable?: FaultyVariable;
}

/** What Entra sends, and what it has to come to. */
const rows: Row[] = [
  // The account, and the tenant that it is to act in.
  {
    codes: [16000, 16003, 50014, 50020, 50034, 51004, 90072],
    error: "invalid_grant",
    action: "sign_in",
    latch: "resource",
  },
  {
    codes: [500200, 500201, 500207, 500208, 90027],
    error: "invalid_request",
    action: "sign_in",
    latch: "resource",
    says: /work or school account/,
  },
  {
    codes: [500202, 500209],
    error: "invalid_request",
    action: "sign_in",
    latch: "resource",
    says: /tenant of the organization named/,
  },
  {
    codes: [50053],
    error: "invalid_grant",
    action: "sign_in",
    latch: "connection",
    says: /locked/,
  },
  { codes: [50057], error: "invalid_grant", action: "contact_admin", latch: "connection" },
  {
    codes: [500341],
    error: "invalid_grant",
    action: "contact_admin",
    latch: "connection",
    says: /deleted/,
  },
  {
    codes: [500571],
    error: "invalid_grant",
    action: "contact_admin",
    latch: "connection",
    says: /guest account is disabled/,
  },
  {
    codes: [5000224],
    error: "interaction_required",
    action: "contact_admin",
    latch: "connection",
    says: /blocked the tenant/,
  },
  {
    codes: [5000225],
    error: "invalid_request",
    action: "contact_admin",
    latch: "connection",
    says: /reactivated/,
  },
  {
    codes: [50002, 90084, 500021, 500022, 500212, 500213, 1000104],
    error: "access_denied",
    action: "contact_admin",
    latch: "resource",
    says: /between the organizations/,
  },
  {
    codes: [50105],
    error: "access_denied",
    action: "contact_admin",
    latch: "connection",
    says: /not assigned/,
  },

  // The sign-in and its refresh token.
  {
    codes: [16001, 16002, 160021, 50056, 50058, 50064, 50086, 50126, 50140, 50143, 50192, 50197],
    error: "login_required",
    action: "sign_in",
    latch: "connection",
  },
  { codes: [50139, 90086], error: "invalid_grant", action: "sign_in", latch: "connection" },
  {
    codes: [50055, 50144],
    error: "invalid_grant",
    suberror: "user_password_expired",
    action: "sign_in",
    latch: "connection",
    says: /password has expired/,
  },
  {
    codes: [50135, 50142],
    error: "invalid_grant",
    action: "sign_in",
    latch: "connection",
    says: /password has to be changed/,
  },
  {
    codes: [50085, 50132, 50133, 50173],
    error: "invalid_grant",
    suberror: "bad_token",
    action: "sign_in",
    latch: "connection",
  },
  {
    codes: [70008, 700082],
    error: "invalid_grant",
    suberror: "bad_token",
    action: "sign_in",
    latch: "connection",
    says: /not used for too long/,
  },
  {
    codes: [700081, 700084],
    error: "invalid_grant",
    suberror: "bad_token",
    action: "sign_in",
    latch: "connection",
    says: /end of its lifetime/,
  },
  {
    codes: [70043, 70044],
    error: "invalid_grant",
    suberror: "token_expired",
    action: "sign_in",
    latch: "connection",
  },
  {
    codes: [530036],
    error: "invalid_grant",
    action: "sign_in",
    latch: "connection",
    says: /no longer accepts the way/,
  },
  {
    codes: [50089, 50147, 54005, 90043, 501481, 501491, 700005],
    error: "invalid_grant",
    action: "sign_in",
    latch: "connection",
  },
  { codes: [70016], error: "authorization_pending", action: "sign_in", latch: "connection" },
  {
    codes: [70018, 70019, 70020],
    error: "expired_token",
    action: "sign_in",
    latch: "connection",
  },
  { codes: [50013, 500133], error: "invalid_grant", action: "sign_in", latch: "connection" },
  {
    codes: [70000, 70002, 9002313],
    error: "invalid_grant",
    action: "sign_in",
    latch: "connection",
  },

  // What the organization asks for.
  {
    codes: [50072, 50074, 50076, 50078, 50079, 50158, 500121],
    error: "invalid_grant",
    suberror: "basic_action",
    action: "step_up",
    latch: "resource",
    says: /multi-factor/,
  },
  {
    codes: [50072, 50074, 50076, 50078, 50079],
    error: "interaction_required",
    action: "step_up",
    latch: "resource",
  },
  {
    codes: [50015, 50125, 50168, 50199, 51006, 700020],
    error: "interaction_required",
    action: "step_up",
    latch: "resource",
    says: /complete what it asks for/,
  },
  {
    codes: [
      50005, 50097, 50099, 50127, 50129, 50155, 50187, 53000, 53001, 130007, 130008, 135011, 530003,
      530033,
    ],
    error: "interaction_required",
    suberror: "additional_action",
    action: "contact_admin",
    latch: "resource",
    says: /device/,
  },
  {
    codes: [53002, 53009],
    error: "invalid_grant",
    suberror: "protection_policy_required",
    action: "contact_admin",
    latch: "resource",
    says: /approved or protects/,
  },
  {
    codes: [530084],
    error: "invalid_grant",
    action: "contact_admin",
    latch: "resource",
    says: /bound to a device/,
  },
  {
    codes: [53004, 53010],
    error: "interaction_required",
    action: "contact_admin",
    latch: "resource",
    says: /security information/,
  },
  {
    codes: [53011, 530034],
    error: "interaction_required",
    action: "contact_admin",
    latch: "resource",
    says: /risk/,
  },
  {
    codes: [50131, 53003, 530032, 530035],
    error: "interaction_required",
    suberror: "message_only",
    action: "contact_admin",
    latch: "resource",
    says: /Conditional Access/,
  },
  { codes: [53003], error: "invalid_grant", action: "contact_admin", latch: "resource" },
  {
    codes: [20001, 20012, 20033, 40008, 40009, 40015, 50008, 50107, 90123],
    error: "invalid_grant",
    action: "contact_admin",
    latch: "resource",
    says: /own sign-in service/,
  },
  {
    codes: [
      50017, 50029, 50042, 50043, 50120, 50124, 50161, 50169, 50170, 50177, 50178, 50180, 51000,
      51001, 501241,
    ],
    error: "invalid_request",
    action: "contact_admin",
    latch: "resource",
    says: /sign-in settings/,
  },

  // Consent, the application and the service in the tenant.
  {
    codes: [65001, 90008, 9002341],
    error: "invalid_grant",
    suberror: "consent_required",
    action: "consent",
    latch: "resource",
  },
  { codes: [65004], error: "access_denied", action: "consent", latch: "resource" },
  {
    codes: [90093, 90094, 90095, 90099],
    error: "access_denied",
    action: "admin_consent",
    latch: "resource",
  },
  {
    codes: [700011, 700016],
    error: "unauthorized_client",
    action: "admin_consent",
    latch: "resource",
  },
  {
    codes: [7000229],
    error: "invalid_client",
    status: 401,
    action: "admin_consent",
    latch: "resource",
    says: /not present in the tenant/,
  },
  {
    codes: [70001, 1000031, 7000112],
    error: "unauthorized_client",
    action: "contact_admin",
    latch: "connection",
  },
  {
    codes: [50001, 500011, 500014, 650052, 650054],
    error: "invalid_resource",
    action: "contact_admin",
    latch: "resource",
  },

  // The application's registration, credential and requests.
  {
    codes: [50010, 65002, 65005, 650056, 650057],
    error: "invalid_resource",
    action: "fix_app",
    latch: "resource",
  },
  {
    codes: [28000, 28002, 28003, 650053, 90009, 9010010],
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
    codes: [50011, 500112, 500113, 900971, 9002325, 9002326, 9002327],
    error: "invalid_request",
    action: "fix_app",
    latch: "app",
    variable: "AZURE_REDIRECT_URI",
  },
  {
    codes: [50194, 90130, 9001023, 9002331, 9002332, 9002346],
    error: "invalid_request",
    action: "fix_app",
    latch: "app",
    variable: "AZURE_TENANT_ID",
  },
  { codes: [90124], error: "invalid_request", action: "fix_app", latch: "resource" },
  {
    codes: [50049, 50059, 50128, 90002, 90019, 90038, 90051, 900023, 900382, 900432],
    error: "invalid_request",
    action: "fix_app",
    latch: "resource",
  },
  {
    codes: [
      7000215, 7000222, 7000216, 7000218, 700025, 700027, 700030, 50012, 50048, 5002730, 5002738,
      50027, 700021,
    ],
    error: "invalid_client",
    status: 401,
    action: "fix_app",
    latch: "app",
    variable: "AZURE_CLIENT_SECRET",
  },
  {
    codes: [70021, 700211, 700212, 700213, 700222, 700226, 700229, 700236, 7002138, 7002137],
    error: "invalid_client",
    status: 401,
    action: "fix_app",
    latch: "app",
    says: /federated credential does not match/,
  },
  {
    codes: [90061, 900612, 7000272, 501661],
    error: "invalid_request",
    action: "fix_app",
    latch: "app",
    says: /keys of the app's federated credential/,
  },
  {
    codes: [50003, 50146, 501461],
    error: "invalid_request",
    action: "fix_app",
    latch: "app",
    says: /signing key/,
  },
  { codes: [240002, 7000114], error: "unauthorized_client", action: "fix_app", latch: "app" },
  {
    codes: [
      50050, 70003, 70004, 70005, 70007, 90004, 90005, 90014, 90015, 90023, 90056, 90100, 90102,
      90121, 700054, 900144, 900561, 901002,
    ],
    error: "invalid_request",
    action: "fix_app",
    latch: "app",
  },

  // Trouble of Entra's own.
  {
    codes: [
      40010, 50000, 50033, 50087, 50166, 51005, 70012, 90006, 90012, 90024, 90033, 90036, 90041,
      90090, 90091, 90092, 230109, 501621,
    ],
    error: "temporarily_unavailable",
    status: 503,
    action: "retry",
    latch: "none",
  },
  // The same codes under 400: the code tells that it will pass.
  { codes: [90033, 90024, 50033, 50000], error: "invalid_grant", action: "retry", latch: "none" },
  { codes: [50088, 90055], error: "invalid_request", action: "retry", latch: "none" },
  { codes: [90055], error: "invalid_request", status: 429, action: "retry", latch: "none" },
  { codes: [50196], error: "invalid_grant", action: "retry", latch: "none" },
  { codes: [700024], error: "invalid_client", status: 401, action: "retry", latch: "none" },
];

const body = (row: { error: string; codes: number[]; suberror?: string }) => ({
  error: row.error,
  error_description: `AADSTS${row.codes[0]}: prose with a secret s3cr3t in it.\r\nTrace ID: x`,
  error_codes: row.codes,
  ...(row.suberror !== undefined && { suberror: row.suberror }),
});

describe("classify by AADSTS code", () => {
  const single = rows.flatMap(({ codes, ...row }) => codes.map((code) => ({ ...row, code })));

  it.each(single)("$code as $error means $action within $latch", (row) => {
    const { code, status = 400, action, latch, says = /./, variable } = row;
    const disposition = classify({ status, body: body({ ...row, codes: [code] }) });
    expect(disposition).toMatchObject({ action, latch, aadsts: code });
    expect(disposition.variable).toBe(variable);
    expect(disposition.message).toMatch(says);
    expect(disposition.message).not.toMatch(/s3cr3t|Trace|AADSTS/);
    expect(disposition.message).toMatch(/^[A-Z].*\.$/);
  });

  it("has a row here for every code of the table", () => {
    const tested = new Set(single.map(({ code }) => code));
    expect([...byCode.keys()].filter((code) => !tested.has(code))).toEqual([]);
  });

  it.each([
    [5000224, "interaction_required", 400],
    [7000229, "invalid_client", 401],
    [500571, "unauthorized_client", 400],
    [53009, "invalid_client", 401],
    [50105, "temporarily_unavailable", 400],
    [700082, "invalid_client", 401],
    [7000222, "invalid_grant", 400],
  ])("lets AADSTS%i have the last word over %s", (code, error, status) => {
    const said = classify({ status, body: body({ error, codes: [code] }) });
    const alone = classify({ status: 400, body: { error_codes: [code] } });
    expect(said).toEqual(alone);
  });

  it("distinguishes for the user withdrawn consent, a revoked sign-in and a blocked access", () => {
    const messages = [65001, 50173, 53003].map(
      (code) =>
        classify({ status: 400, body: body({ error: "invalid_grant", codes: [code] }) }).message,
    );
    expect(new Set(messages).size).toBe(3);
  });
});
