import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeClaims, parseChallenge } from "../../../src/entra/claims.ts";
import { isTenantId } from "../../../src/entra/tenant.ts";

const tenant = "aaaaaaaa-0000-4000-8000-00000000000a";
const claims = '{"access_token":{"nbf":{"essential":true,"value":"1657834417"}}}';
const encoded = Buffer.from(claims).toString("base64");

/** Bytes whose base64 holds `+`, `/` and padding. */
const awkward = '{"access_token":{"x":{"value":"~~~???>>>ÿÿÿ"}}}';

describe("mergeClaims", () => {
  it("always names our capability", () => {
    expect(JSON.parse(mergeClaims())).toEqual({ access_token: { xms_cc: { values: ["cp1"] } } });
  });

  it("adds it to what a challenge asks for", () => {
    const challenge =
      '{"id_token":{"acr":{"essential":true}},"access_token":{"nbf":{"value":"1"},"xms_cc":{"values":["cp2"]}}}';
    expect(JSON.parse(mergeClaims(challenge))).toEqual({
      id_token: { acr: { essential: true } },
      access_token: { nbf: { value: "1" }, xms_cc: { values: ["cp2", "cp1"] } },
    });
  });

  it("does not say it twice", () => {
    expect(mergeClaims(mergeClaims(claims))).toBe(mergeClaims(claims));
  });

  it.each(["", "not json", "[]", "null", '{"access_token":"x"}', '{"access_token":{"xms_cc":[]}}'])(
    "gives a usable parameter for the challenge %j",
    (challenge) => {
      expect(JSON.parse(mergeClaims(challenge))).toMatchObject({
        access_token: { xms_cc: { values: ["cp1"] } },
      });
    },
  );
});

it.each([
  ["that nest 100,000 levels deep", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
  ["of 5,000 characters", JSON.stringify({ access_token: { a: "c".repeat(5_000) } })],
])("mergeClaims passes over claims %s", (_what, challenge) => {
  expect(mergeClaims(challenge)).toBe(mergeClaims());
});

describe("parseChallenge", () => {
  it.each([
    [
      "Graph's, with an unquoted authorization_uri and a description full of commas",
      `Bearer realm="", authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="${encoded}", errorDescription="Continuous access evaluation resulted in claims challenge with result: InteractionRequired, and code: TokenIssuedBeforeRevocationTimestamp, error=none"`,
      { claims },
    ],
    [
      "Graph's, with the claims after the description",
      `Bearer realm="", error="insufficient_claims", errorDescription="a, b=c, \\"d\\"", claims="${encoded}"`,
      { claims },
    ],
    [
      "ARM's, as invalid_token",
      `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", error_description="User session has been revoked", claims="${encoded}"`,
      { claims },
    ],
    [
      "Key Vault's of continuous access evaluation",
      `Bearer realm="", authorization_uri="https://login.microsoftonline.com/${tenant}/oauth2/authorize", error="insufficient_claims", claims="${encoded}"`,
      { claims, tenantId: tenant },
    ],
    [
      "Key Vault's first",
      `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="https://vault.azure.net"`,
      { tenantId: tenant },
    ],
    [
      "Storage's, unquoted and separated by spaces",
      `Bearer authorization_uri=https://login.microsoftonline.com/${tenant}/oauth2/authorize resource_id=https://storage.azure.com`,
      { tenantId: tenant },
    ],
    [
      "ARM's to a stranger",
      `Bearer authorization_uri="https://login.windows.net/${tenant.toUpperCase()}", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`,
      { tenantId: tenant },
    ],
    [
      "one behind other schemes",
      `Negotiate YII=, PoP realm="", error="insufficient_claims", claims="e30=", Bearer error="insufficient_claims", claims="${encoded}"`,
      { claims },
    ],
    [
      "unpadded base64",
      `Bearer error="insufficient_claims", claims="${encoded.replace(/=+$/, "")}"`,
      { claims },
    ],
    ["unquoted claims", `bearer error=insufficient_claims, claims=${encoded}`, { claims }],
    ["a plain 401", 'Bearer realm="", client_id="00000003-0000-0000-c000-000000000000"', {}],
    [
      "the shared authority",
      'Bearer authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"',
      {},
    ],
    ["claims without their error", `Bearer claims="${encoded}"`, {}],
    ["claims of another error", `Bearer error="insufficient_scope", claims="${encoded}"`, {}],
    ["claims that are no base64", 'Bearer error="insufficient_claims", claims="%%%"', {}],
    ["claims that are no JSON", 'Bearer error="insufficient_claims", claims="aGVsbG8="', {}],
    [
      "a domain where a tenant id belongs",
      'Bearer authorization="https://evil.example/contoso.com"',
      {},
    ],
    ["another scheme alone", `Basic realm="${tenant}", authorization="https://x/${tenant}"`, {}],
    ["nothing", "", {}],
  ])("reads %s", (_what, header, expected) => {
    expect(parseChallenge(new Headers({ "www-authenticate": header }))).toEqual(expected);
  });

  it.each(["base64", "base64url"] as const)("decodes %s with its awkward letters", (encoding) => {
    const header = `Bearer error="insufficient_claims", claims="${Buffer.from(awkward).toString(encoding)}"`;
    expect(parseChallenge(new Headers({ "www-authenticate": header }))).toEqual({
      claims: awkward,
    });
  });

  it("reads several headers of one answer", () => {
    const headers = new Headers();
    headers.append(
      "www-authenticate",
      `Bearer authorization="https://login.windows.net/${tenant}"`,
    );
    headers.append("www-authenticate", `Bearer error="insufficient_claims", claims="${encoded}"`);
    expect(parseChallenge(headers)).toEqual({ claims, tenantId: tenant });
  });

  it.each([
    ["claims that nest 100,000 levels deep", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    ["claims of 5,000 characters", JSON.stringify({ a: "c".repeat(5_000) })],
    ["claims that are a list", "[1]"],
    ["claims that are a text", '"x"'],
  ])("passes over %s", (_what, text) => {
    const header = `Bearer error="insufficient_claims", claims="${Buffer.from(text).toString("base64")}"`;
    expect(parseChallenge(new Headers({ "www-authenticate": header }))).toEqual({});
  });

  it("keeps claims of 4,096 characters", () => {
    const text = JSON.stringify({ a: "c".repeat(4_096 - '{"a":""}'.length) });
    const header = `Bearer error="insufficient_claims", claims="${Buffer.from(text).toString("base64")}"`;
    expect(parseChallenge(new Headers({ "www-authenticate": header }))).toEqual({ claims: text });
  });

  it.each([
    ["a tenant behind another path", `https://login.microsoftonline.com/x/${tenant}`],
    ["a tenant with a neighbour", `https://login.microsoftonline.com/${tenant}.evil.example/`],
    ["a tenant that is encoded", `https://login.microsoftonline.com/%61${tenant.slice(1)}`],
    ["a tenant in braces", `https://login.microsoftonline.com/{${tenant}}`],
    ["no address", tenant],
    ["an address that is none", `https://[/${tenant}`],
  ])("takes no tenant from %s", (_what, authority) => {
    const header = `Bearer authorization="${authority}"`;
    expect(parseChallenge(new Headers({ "www-authenticate": header }))).toEqual({});
  });

  it.each([
    ["quotes without end", 'Bearer a="\\"'],
    ["openings of quotes", ' a="\\'],
    ["schemes", "Bearer Bearer Basic "],
    ["empty values", " a= ,b=, "],
    ["blanks", `a${" ".repeat(200)}= `],
    ["words", "error "],
  ])("reads a mebibyte of %s at once", (_what, piece) => {
    const text = `Bearer ${piece.repeat(Math.ceil(2 ** 20 / piece.length))}`;
    const started = performance.now();
    expect(parseChallenge(new Headers({ "www-authenticate": text }))).toEqual({});
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("never throws, and takes only a GUID for a tenant and bounded claims", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "Bearer ",
        "PoP ",
        'error="insufficient_claims"',
        "error=invalid_token",
        "claims=",
        `claims="${encoded}"`,
        `authorization_uri="https://login.windows.net/${tenant}"`,
        'authorization="https://login.windows.net/',
        ", ",
        '"',
        "\\",
        "=",
      ),
      fc.string({
        unit: fc
          .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }))
          .map((code) => String.fromCodePoint(code)),
      }),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString("base64")),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const headers = new Headers({ "www-authenticate": pieces.join("") });
        const { claims = "{}", tenantId = tenant } = parseChallenge(headers);
        expect(isTenantId(tenantId)).toBe(true);
        expect(claims.length).toBeLessThanOrEqual(4_096);
        const merged: unknown = JSON.parse(mergeClaims(claims));
        expect(merged).toMatchObject({
          access_token: { xms_cc: { values: expect.arrayContaining(["cp1"]) } },
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it("answers nothing without the header", () => {
    expect(parseChallenge(new Headers())).toEqual({});
  });
});
