import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byCode } from "../../../src/entra/error-table.ts";
import { classify, parseEntraError } from "../../../src/entra/errors.ts";

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
    { codes: [70002, 999999], action: "contact_admin", aadsts: 999999 },
    { codes: [999999, 888888], action: "contact_admin", aadsts: 999999 },
    { codes: [50196, 90033], action: "retry", aadsts: 50196 },
    { codes: [5000225, 50076, 70000], action: "contact_admin", aadsts: 5000225 },
  ])("$codes: $aadsts decides", ({ codes, action, aadsts }) => {
    const given = { error: "invalid_grant", error_codes: codes };
    expect(classify({ status: 400, body: given })).toMatchObject({ action, aadsts });
  });
});

describe("classify of a code that is not in the table", () => {
  const refused = (more: Record<string, unknown>, status = 400) =>
    classify({ status, body: { error_codes: [5999999], ...more } });

  it.each([
    "invalid_grant",
    "invalid_client",
    "unauthorized_client",
    "invalid_request",
    "interaction_required",
    "access_denied",
    "invalid_scope",
    "consent_required",
    "an_error_of_tomorrow",
    "constructor",
  ])("as %s asks the administrator, for one resource, with the code and the word", (error) => {
    const disposition = refused({ error }, error === "invalid_client" ? 401 : 400);
    expect(disposition).toEqual({
      action: "contact_admin",
      latch: "resource",
      aadsts: 5999999,
      message: expect.stringContaining(`(code 5999999, ${error})`),
    });
    expect(disposition.message).not.toMatch(/multi-factor|secret|revoked|expired|consent to/);
  });

  it("without a description names the code alone", () => {
    expect(refused({}).message).toContain("(code 5999999)");
  });

  it.each(["temporarily_unavailable", "server_error", "slow_down", "authorization_pending"])(
    "as %s is worth a retry",
    (error) => {
      expect(refused({ error })).toMatchObject({
        action: "retry",
        latch: "none",
        aadsts: 5999999,
      });
    },
  );

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
    ["never_heard_of", "contact_admin", "resource"],
    ["constructor", "contact_admin", "resource"],
  ])("with suberror %s means %s within %s", (suberror, action, latch) => {
    const disposition = refused({ error: "invalid_grant", suberror });
    expect(disposition).toMatchObject({ action, latch, aadsts: 5999999 });
    expect(disposition.message).not.toMatch(/multi-factor/);
  });
});

describe("classify without a code", () => {
  it.each([
    ["invalid_grant", "sign_in", "connection"],
    ["interaction_required", "step_up", "resource"],
    ["login_required", "sign_in", "connection"],
    ["account_selection_required", "sign_in", "connection"],
    ["consent_required", "consent", "resource"],
    ["access_denied", "contact_admin", "resource"],
    ["permission_denied", "contact_admin", "resource"],
    ["unauthorized_client", "contact_admin", "resource"],
    ["invalid_request", "contact_admin", "resource"],
    ["unsupported_grant_type", "contact_admin", "resource"],
    ["unsupported_response_type", "contact_admin", "resource"],
    ["invalid_scope", "contact_admin", "resource"],
    ["invalid_resource", "contact_admin", "resource"],
    ["invalid_target", "contact_admin", "resource"],
    ["invalid_tenant", "contact_admin", "resource"],
    ["invalid_instance", "contact_admin", "resource"],
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
    const disposition = classify({ status: 400, body: { error } });
    expect(disposition).toEqual({ action, latch, message: expect.any(String) });
    expect(disposition.message).not.toMatch(/multi-factor|secret/);
  });

  it("takes invalid_client alone as a word against the application's credential", () => {
    const credential = { action: "fix_app", latch: "app", variable: "AZURE_CLIENT_SECRET" };
    expect(classify({ status: 401, body: { error: "invalid_client" } })).toMatchObject(credential);
    // AADSTS70002 only says that a credential failed: of the app's or of the grant's kind.
    expect(
      classify({ status: 401, body: { error: "invalid_client", error_codes: [70002] } }),
    ).toMatchObject(credential);
  });

  it.each([
    ["an overloaded service", 429, { error: "invalid_grant", error_codes: [700082] }],
    ["a broken service", 500, { error: "invalid_grant", error_codes: [700082] }],
    ["a broken service that blames us", 503, { error: "invalid_client", error_codes: [7000222] }],
    ["a time-out", 408, { error: "invalid_grant", error_codes: [50173] }],
    ["a redirect with a body", 302, { error: "invalid_grant", error_codes: [50173] }],
    ["an empty success", 204, { error: "invalid_grant" }],
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

describe("classify of an error redirect", () => {
  it.each([
    ["access_denied", "", "sign_in"],
    ["access_denied", "AADSTS65004: User declined to consent.", "consent"],
    ["access_denied", "AADSTS90094: Admin consent is required.", "admin_consent"],
    ["access_denied", "AADSTS90095: Admin consent is required.", "admin_consent"],
    ["access_denied", "AADSTS50105: The user is not assigned to a role.", "contact_admin"],
    ["access_denied", "AADSTS53003: Blocked.", "contact_admin"],
    ["access_denied", "AADSTS5999999: Something new.", "contact_admin"],
    ["permission_denied", "", "admin_consent"],
    ["login_required", "AADSTS50058: No session.", "sign_in"],
    ["invalid_request", "AADSTS500202: Not at this endpoint.", "sign_in"],
  ])("error=%s with %j means %s", (error, description, action) => {
    const body = { error, error_description: description };
    expect(classify({ status: 400, body, redirect: true })).toMatchObject({ action });
  });
});

describe("classify of whatever may come", () => {
  const word = fc.constantFrom(
    "invalid_grant",
    "invalid_client",
    "invalid_request",
    "interaction_required",
    "unauthorized_client",
    "temporarily_unavailable",
    "access_denied",
  );
  const code = fc.oneof(
    fc.constantFrom(...byCode.keys()),
    fc.nat(99_999_999),
    fc.nat(99_999_999).map(String),
    fc.nat(9_999_999).map((number) => `AADSTS${number}`),
    fc.jsonValue(),
  );
  const odd = fc.jsonValue();
  const anyBody = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        error: fc.oneof(word, odd),
        error_codes: fc.oneof(fc.array(code, { maxLength: 5 }), code),
        suberror: fc.oneof(
          fc.constantFrom("bad_token", "basic_action", "message_only", "hasOwnProperty"),
          odd,
        ),
        error_description: fc.oneof(
          code.map((given) => `AADSTS${JSON.stringify(given)}: prose.`),
          odd,
        ),
        claims: fc.oneof(
          fc.jsonValue().map((value) => JSON.stringify(value)),
          odd,
        ),
        trace_id: odd,
      },
      { requiredKeys: [] },
    ),
  );

  it("gives a remedy, blames the application only by a listed code or invalid_client, and keeps the grant by an unlisted one", () => {
    fc.assert(
      fc.property(
        anyBody,
        fc.integer({ min: 100, max: 599 }),
        fc.boolean(),
        (given, status, redirect) => {
          const { codes, error, suberror } = parseEntraError(given);
          const disposition = classify({ status, body: given, redirect });
          const listed = codes.some((one) => byCode.has(one));
          expect(disposition.message).toMatch(/^[A-Z].*\.$/);
          const { action, latch } = disposition;
          expect(action !== "fix_app" || listed || error === "invalid_client").toBe(true);
          const trouble = status < 400 || status >= 500 || status === 429;
          expect(!trouble || latch === "none").toBe(true);
          const unlisted = codes.length > 0 && !listed && suberror === undefined;
          expect(!unlisted || latch === "resource" || latch === "none").toBe(true);
          expect(codes.every((one) => Number.isSafeInteger(one) && one >= 0)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("parseEntraError", () => {
  const deep = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);

  it.each([
    ["text", ["50173"], [50173]],
    ["text with its prefix", ["AADSTS50173"], [50173]],
    ["one number in place of a list", 50173, [50173]],
    ["one text in place of a list", "50173", [50173]],
    ["a list with odd neighbours", [null, 0, -1, 50173.5, {}, [50074], "x", 50173], [50173]],
    ["no list", null, [50076]],
    ["an empty list", [], [50076]],
    ["a list that nests 200,000 levels deep", deep, [50076]],
    ["an item that nests 200,000 levels deep", [deep, 50173], [50173]],
    ["digits without end", ["9".repeat(400)], [50076]],
  ])("reads codes from %s", (_what, list, codes) => {
    const given = {
      error: "invalid_grant",
      error_codes: list,
      error_description: "AADSTS50076: More is needed.",
    };
    expect(parseEntraError(given).codes).toEqual(codes);
  });

  it("reads no more codes than an answer of Entra's can have", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => 50_000 + index);
    expect(parseEntraError({ error_codes: many }).codes).toHaveLength(16);
    const prose = many.map((code) => `AADSTS${code}`).join(" ");
    expect(parseEntraError({ error_description: prose }).codes).toHaveLength(16);
  });

  it.each([
    ["error", { error: deep }],
    ["error_description", { error_description: deep }],
    ["suberror", { suberror: deep }],
    ["claims", { claims: deep }],
    ["claims as text", { claims: `{"access_token":${"[".repeat(200_000)}` }],
    ["trace_id", { trace_id: deep }],
  ])("passes over an odd %s", (_what, given) => {
    const read = parseEntraError({ error: "invalid_grant", ...given });
    expect({ error: "invalid_grant", ...read }).toEqual({ error: "invalid_grant", codes: [] });
  });

  it("passes over claims too long for the address of a sign-in", () => {
    const claims = JSON.stringify({ access_token: { acrs: { value: "c".repeat(5_000) } } });
    expect(parseEntraError({ error: "invalid_grant", claims })).not.toHaveProperty("claims");
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
