import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import type { JSONWebKeySet } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { CLIENT_ID, CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { isRegisteredRedirect } from "../../sandbox/entra/client.ts";
import { armScope, base, createEntraHarness } from "./entra-harness.ts";

let entra: ReturnType<typeof createEntraHarness>;
beforeEach(() => {
  entra = createEntraHarness();
});

describe("a permission that its resource does not define", () => {
  const unknown: [scope: string, name: string, resource: string][] = [
    ["User.Read Mail.Devour", "Mail.Devour", "00000003-0000-0000-c000-000000000000"],
    ["mailread", "mailread", "00000003-0000-0000-c000-000000000000"],
    ["user_impersonation", "user_impersonation", "00000003-0000-0000-c000-000000000000"],
    [
      "https://management.azure.com/full_access",
      "full_access",
      "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ],
    [
      "User.Read https://vault.azure.net/Secrets.Read",
      "Secrets.Read",
      "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    ],
  ];
  test.each(unknown)("%s goes back as invalid_client", async (scope, name, resource) => {
    const { answer } = await entra.authorize({ scope });
    expect([answer.get("error"), answer.get("state")]).toEqual(["invalid_client", "s"]);
    expect(answer.get("error_description")).toMatch(/^AADSTS650053: /);
    expect(answer.get("error_description")).toContain(`'${name}' that doesn't exist`);
    expect(answer.get("error_description")).toContain(`'${resource}'`);
  });

  test("is refused once the account is known, and by an administrator's consent too", async () => {
    const unasked = { sandbox_account: undefined, sandbox_decision: undefined };
    const { page } = await entra.authorize({ ...unasked, scope: "Mail.Devour" });
    expect(page).toContain("Pick an account");
    const query = new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: "http://localhost:8787/callback/admin",
      scope: "https://graph.microsoft.com/Mail.Devour",
      sandbox_decision: "approve",
    });
    const response = await entra.get(`/${CONTOSO_TENANT}/v2.0/adminconsent?${query}`);
    expect(response.headers.get("location")).toContain("AADSTS650053");
  });

  test("is invalid_scope at the token endpoint", async () => {
    const { refresh_token } = await entra.signIn();
    for (const scope of ["Mail.Devour", "User.Read mailread", `${armScope}2`]) {
      const refused = await entra.refresh(refresh_token, scope);
      expect([refused.error, refused.aadsts]).toEqual(["invalid_scope", 70011]);
    }
    const stranger = await entra.refresh(refresh_token, "api://nobody/.default");
    expect([stranger.error, stranger.aadsts]).toEqual(["invalid_resource", 500011]);
  });
});

describe("a redirect URI", () => {
  test.each([
    "http://localhost:8787/callback",
    "https://localhost:8789/callback/admin",
    "http://localhost/callback",
    "http://127.0.0.1:1/callback/admin",
    "http://[::1]:8787/callback",
  ])("%s is registered", (uri) => {
    expect(isRegisteredRedirect(uri)).toBe(true);
  });

  test.each([
    "https://app.example/callback",
    "http://localhost.example/callback",
    "http://localhost:8787/callback/",
    "http://localhost:8787/callback?x=1",
    "http://localhost:8787/Callback",
    "http://127.0.0.2/callback",
    "http://[::2]/callback",
    "ftp://localhost/callback",
    "http://user@localhost/callback",
  ])("%s is not", (uri) => {
    expect(isRegisteredRedirect(uri)).toBe(false);
  });
});

describe("the id of a token request", () => {
  const id = "0a1b2c3d-1111-4222-8333-444455556666";
  const refresh = { grant_type: "refresh_token", refresh_token: "nonsense", scope: "User.Read" };

  test("comes back in an error's body, words and headers", async () => {
    const refused = await entra.token(refresh, "common", { "client-request-id": id });
    expect(refused.correlation_id).toBe(id);
    expect(refused.error_description).toContain(`Correlation ID: ${id}`);
    expect(refused.headers.get("client-request-id")).toBe(id);
  });

  test("may stand in the form, and comes back from a success as well", async () => {
    const { refresh_token } = await entra.signIn();
    const form = { ...refresh, refresh_token, "client-request-id": id };
    const answer = await entra.token(form);
    expect([answer.status, answer.headers.get("client-request-id")]).toEqual([200, id]);
  });

  test.each(["not-a-guid", "<script>", `${id}0`, ""])(
    "is Entra's own when the client's is %j",
    async (given) => {
      const refused = await entra.token(refresh, "common", { "client-request-id": given });
      expect(refused.correlation_id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      expect(refused.correlation_id).not.toBe(given);
      expect(refused.headers.has("client-request-id")).toBe(false);
    },
  );

  test("stands beside the other headers of Microsoft's own libraries", async () => {
    const { refresh_token } = await entra.signIn();
    const answer = await entra.token({ ...refresh, refresh_token }, "common", {
      "client-request-id": id,
      "x-ms-lib-capability": "retry-after, h429",
      "x-anchormailbox": `Oid:aaaaaaaa-2222-4000-8000-000000000001@${CONTOSO_TENANT}`,
      "x-client-sku": "msal.js.node",
    });
    expect(answer.status).toBe(200);
  });
});

describe("an application's own signing key", () => {
  const path = `/${CONTOSO_TENANT}/discovery/v2.0/keys`;
  const keys = async (query = "") =>
    (await (await entra.get(`${path}${query}`)).json()) as JSONWebKeySet;
  const verifies = (token: string | undefined, set: JSONWebKeySet) =>
    jwtVerify(token ?? "", createLocalJWKSet(set)).then(
      () => true,
      () => false,
    );

  test("signs its id_tokens and is published under its appid alone", async () => {
    entra.world.settings.app_signing_key = true;
    const { id_token } = await entra.signIn();
    const own = await keys(`?appid=${CLIENT_ID}`);
    expect(await verifies(id_token, own)).toBe(true);
    expect(own.keys).toMatchObject([
      { use: "sig", issuer: `${base}/${CONTOSO_TENANT}/v2.0`, kid: expect.any(String) },
    ]);
    expect(await verifies(id_token, await keys())).toBe(false);
    const stranger = await keys("?appid=99999999-2222-4333-8444-555555555555");
    expect(await verifies(id_token, stranger)).toBe(false);
    expect(await verifies(id_token, await keys(`?appid=${CLIENT_ID.toUpperCase()}`))).toBe(true);
  });

  test("signs no token for Microsoft's own services", async () => {
    entra.world.settings.app_signing_key = true;
    const { refresh_token } = await entra.signIn();
    const arm = await entra.refresh(refresh_token, armScope);
    expect(await verifies(arm.access_token, await keys())).toBe(true);
  });

  test("is none unless the application has one: appid changes nothing", async () => {
    const { id_token } = await entra.signIn();
    expect(await keys(`?appid=${CLIENT_ID}`)).toEqual(await keys());
    expect(await verifies(id_token, await keys())).toBe(true);
  });

  test("is where discovery says when it is asked for the application", async () => {
    const discover = async (query: string) => {
      const response = await entra.get(`/common/v2.0/.well-known/openid-configuration${query}`);
      return ((await response.json()) as { jwks_uri: string }).jwks_uri;
    };
    expect(await discover(`?appid=${CLIENT_ID}`)).toBe(
      `${base}/common/discovery/v2.0/keys?appid=${CLIENT_ID}`,
    );
    expect(await discover("")).toBe(`${base}/common/discovery/v2.0/keys`);
  });
});

describe("a Graph token", () => {
  test("names the application and the subject that the id_token has", async () => {
    const { access_token, id_token } = await entra.signIn();
    const { sub } = decodeJwt(id_token ?? "");
    expect(decodeJwt(access_token ?? "")).toMatchObject({
      app_displayname: "Azure Integration Worker",
      xms_st: { sub },
      name: "Ada Lovelace",
      given_name: "Ada",
      family_name: "Lovelace",
    });
  });

  test("without an OpenID sign-in has no subject for userinfo", async () => {
    const { refresh_token } = await entra.signIn();
    const { access_token } = await entra.refresh(refresh_token, "User.Read");
    const claims = decodeJwt(access_token ?? "");
    expect(claims).toHaveProperty("app_displayname");
    expect(claims).not.toHaveProperty("xms_st");
  });

  test("of the application itself has its name; one of Resource Manager has not", async () => {
    const app = await entra.world.issueAccessToken({ audience: "graph", tenantId: CONTOSO_TENANT });
    expect(decodeJwt(app.token)).toHaveProperty("app_displayname");
    const { refresh_token } = await entra.signIn();
    const arm = await entra.refresh(refresh_token, armScope);
    expect(decodeJwt(arm.access_token ?? "")).not.toHaveProperty("app_displayname");
  });
});
