import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foreignDisposition } from "../../../../src/connection/policy/foreign-tenant.ts";
import { meanings } from "../../../../src/entra/error-meanings.ts";
import { byCode } from "../../../../src/entra/error-table.ts";
import { classify } from "../../../../src/entra/errors.ts";
import { personalTenantId } from "../../../../src/entra/tenant.ts";

const tenant = "cccccccc-0000-4000-8000-00000000000c";
const home = "aaaaaaaa-0000-4000-8000-00000000000a";
const refusedBy = (body: object, status = 400) =>
  foreignDisposition(classify({ status, body }), tenant, home);
const ofCode = (code: number) => refusedBy({ error: "invalid_grant", error_codes: [code] });

describe("a refusal by another tenant", () => {
  test.each([
    [50020, "contact_admin"],
    [90072, "contact_admin"],
    [16000, "contact_admin"],
    [50034, "contact_admin"],
    [65001, "admin_consent"],
    [90094, "admin_consent"],
    [700016, "admin_consent"],
    [50105, "contact_admin"],
    [53003, "contact_admin"],
    [50057, "contact_admin"],
    [90002, "contact_admin"],
    [9002313, "contact_admin"],
    [70000, "contact_admin"],
    [7000215, "contact_admin"],
    [50194, "contact_admin"],
    [50076, "step_up"],
  ])("AADSTS%d asks for %s, names the tenant and keeps to its resource", (code, action) => {
    const { message, ...rest } = ofCode(code);
    expect(rest).toMatchObject({ action, latch: "resource", aadsts: code });
    expect(message).toContain(tenant);
    expect(message).toMatch(/^[A-Z].*\.\)?$/);
  });

  test.each([50173, 50133, 700082, 70008, 70043, 50055])(
    "AADSTS%d ends the grant everywhere: sign in again",
    (code) => {
      expect(ofCode(code)).toMatchObject({ action: "sign_in", latch: "resource" });
    },
  );

  test.each([
    [{ error: "temporarily_unavailable", error_codes: [90033] }, 503],
    [{ error: "server_error" }, 500],
    [{}, 200],
  ])("that passes stays what it is: %j", (body, status) => {
    expect(refusedBy(body, status)).toEqual(classify({ status, body }));
  });

  test("reaches no further than its resource, and asks for nothing that only home can give, whatever it says", () => {
    const code = fc.oneof(fc.constantFrom(...byCode.keys()), fc.nat());
    const body = fc.record({
      error: fc.oneof(fc.constantFrom("invalid_grant", "invalid_client"), fc.string()),
      error_codes: fc.array(code, { maxLength: 3 }),
      suberror: fc.constantFrom("bad_token", "basic_action", "message_only", "", undefined),
    });
    fc.assert(
      fc.property(body, fc.constantFrom(400, 401, 403, 429, 503), (answer, status) => {
        const { action, latch } = refusedBy(answer, status);
        expect(["resource", "none"]).toContain(latch);
        expect(["retry", "step_up", "contact_admin", "admin_consent", "sign_in"]).toContain(action);
      }),
    );
  });

  test("asks a personal account, which is a guest by another identity, to name the tenant", () => {
    const refusal = classify({
      status: 400,
      body: { error: "invalid_grant", error_codes: [50020] },
    });
    expect(foreignDisposition(refusal, tenant, personalTenantId)).toMatchObject({
      action: "sign_in",
      latch: "resource",
      message: expect.stringContaining("the tenant of the organization named"),
    });
  });

  test("is worded for every meaning there is", () => {
    for (const meaning of Object.values(meanings)) {
      const { message } = foreignDisposition(meaning, tenant, home);
      expect(message.length).toBeGreaterThan(20);
    }
  });
});
