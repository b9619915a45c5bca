import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redirectFailure } from "../../../../src/entra/token-failure.ts";
import { personalTenantId } from "../../../../src/entra/tenant.ts";
import { errorReasons } from "../../../../src/contract/error-reason.ts";
import { oauthReason, signInFailure } from "../../../../src/connection/policy/sign-in-failure.ts";

const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";

/** What Microsoft's redirect with these parameters is told as. */
function told(parameters: Record<string, string>, tenant = "common") {
  const cause = redirectFailure(new URLSearchParams(parameters));
  const { action, message } = cause.disposition;
  const remedy = { action, message, since: "2026-11-28T00:00:00.000Z" };
  return signInFailure(cause, { tenant, remedy });
}

const aadsts = (code: number) => `AADSTS${code}: prose.\r\nTrace ID: t\r\nCorrelation ID: c`;

describe("a refusal by access_denied", () => {
  it.each<[string, Record<string, string>]>([
    ["without a code", {}],
    ["of a cancelled sign-in", { error_subcode: "cancel" }],
    ["in words", { error_description: "the user canceled the authentication" }],
    ["of declined permissions", { error_description: aadsts(65004) }],
    [
      "of declined permissions, cancelled",
      {
        error_description: aadsts(65004),
        error_subcode: "cancel",
      },
    ],
  ])("%s is the person's own", (_, more) => {
    const failure = told({ error: "access_denied", ...more });
    expect(failure).toMatchObject({ code: "forbidden", details: { reason: "access_denied" } });
    expect(failure.remedy).toBeUndefined();
  });

  it.each([
    [90094, "admin_consent"],
    [90095, "admin_consent"],
    [90093, "admin_consent"],
    [700016, "admin_consent"],
    [50105, "contact_admin"],
    [50057, "contact_admin"],
    [53003, "contact_admin"],
    [53000, "contact_admin"],
    [7000112, "contact_admin"],
  ])("with AADSTS%i waits for an administrator: %s", (code, action) => {
    for (const error of ["access_denied", "consent_required", "interaction_required"]) {
      const failure = told({ error, error_description: aadsts(code) });
      expect(failure).toMatchObject({
        code: "action_required",
        remedy: { action },
        details: { reason: action, aadsts: code },
      });
      expect(failure.message).toMatch(/administrator/);
    }
  });

  it("is the administrator's to mend also where the person declined too", () => {
    expect(
      told({ error: "access_denied", error_description: `${aadsts(65004)} ${aadsts(90094)}` }),
    ).toMatchObject({ details: { reason: "admin_consent" } });
  });
});

it("says that permissions were declined under OAuth's other word for it too", () => {
  expect(told({ error: "consent_required", error_description: aadsts(65004) })).toMatchObject({
    code: "forbidden",
    details: { reason: "access_denied" },
  });
});

describe("the reason of a refusal", () => {
  it.each([
    ["login_required", "login_required"],
    ["temporarily_unavailable", "temporarily_unavailable"],
    ["invalid_grant", "invalid_grant"],
    ["a_new_word", "unknown_error"],
    ["constructor", "unknown_error"],
    ["Login_Required", "unknown_error"],
  ])("of OAuth's %s is %s", (error, reason) => {
    expect(oauthReason(error)).toBe(reason);
  });

  it("is one of the contract's, whatever Microsoft writes", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (error, description) => {
        const { details } = told({ error, error_description: description });
        expect(errorReasons).toContain(details?.reason);
      }),
    );
  });
});

describe("an account that needs its tenant named", () => {
  const codes = [50020, 500200, 500201, 500202, 16003, 51004, 90072, 50059, 50128];

  it.each(["common", "organizations", "consumers"])("is told so at %s", (tenant) => {
    for (const code of codes) {
      const failure = told({ error: "access_denied", error_description: aadsts(code) }, tenant);
      expect(failure).toMatchObject({
        code: "invalid_request",
        details: { field: "tenantId", reason: "tenant_required", aadsts: code },
      });
      expect(failure.message).toContain("tenantId");
    }
  });

  it("is not told so where one was named", () => {
    for (const tenant of [contoso, "contoso.example"]) {
      expect(
        told({ error: "access_denied", error_description: aadsts(50020) }, tenant).details?.reason,
      ).not.toBe("tenant_required");
    }
  });
});

describe("scopes that Microsoft refuses", () => {
  const said = "The provided value for the input parameter 'scope' is not valid.";

  it.each(["consumers", personalTenantId])(
    "at %s are not offered to personal accounts",
    (tenant) => {
      for (const description of [said, aadsts(70011)]) {
        expect(
          told({ error: "invalid_scope", error_description: description }, tenant),
        ).toMatchObject({
          code: "invalid_request",
          details: { field: "scopes", reason: "invalid_scope" },
        });
      }
    },
  );

  it("in a work tenant are the operator's to correct", () => {
    expect(
      told({ error: "invalid_scope", error_description: aadsts(70011) }, contoso),
    ).toMatchObject({
      code: "app_misconfigured",
      details: { reason: "invalid_scope", aadsts: 70011 },
    });
  });
});

it.each([
  ["server_error", "upstream_unavailable", "server_error"],
  ["temporarily_unavailable", "upstream_unavailable", "temporarily_unavailable"],
  ["interaction_required", "action_required", "interaction_required"],
  ["login_required", "action_required", "login_required"],
  ["invalid_client", "app_misconfigured", "invalid_client"],
  ["<script>", "upstream_unavailable", "invalid_response"],
])("tells %s by a code of ours and OAuth's own word", (error, code, reason) => {
  expect(told({ error })).toMatchObject({ code, details: { reason } });
});

it("describes whatever comes back by codes of ours, without Microsoft's words", () => {
  const name = fc.constantFrom(
    "error",
    "error_description",
    "error_subcode",
    "error_uri",
    "claims",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("access_denied", "invalid_scope", "cancel", aadsts(90094), aadsts(65004)),
    fc.nat().map(aadsts),
  );
  const tenant = fc.constantFrom("common", "consumers", "organizations", contoso);
  fc.assert(
    fc.property(fc.dictionary(name, text), tenant, (parameters, at) => {
      const failure = told(parameters, at);
      expect(failure.code).not.toBe("internal_error");
      expect(String(failure.details?.reason)).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
      expect(JSON.stringify(failure)).not.toMatch(/prose|Trace ID/);
      expect(failure.message.endsWith(".")).toBe(true);
    }),
  );
});
