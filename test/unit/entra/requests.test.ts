import { describe, expect, it } from "vitest";
import { adminConsentUrl } from "../../../src/entra/admin-consent.ts";
import { personalTenantId } from "../../../src/entra/tenant.ts";
import { authorizationUrl } from "../../../src/entra/authorization-request.ts";
import { clouds } from "../../../src/entra/cloud.ts";
import { logoutUrl } from "../../../src/entra/logout.ts";

const { global: cloud, china } = clouds;
const clientId = "11111111-2222-4333-8444-555555555555";

describe("authorizationUrl", () => {
  const request = {
    cloud,
    clientId,
    tenant: "organizations",
    redirectUri: "https://azure.example/callback?x=1&y=2",
    scopes: ["openid", "User.Read", "https://management.azure.com/user_impersonation"],
    state: "s",
    nonce: "n",
    codeChallenge: "c",
  };
  const parametersOf = (url: string) => Object.fromEntries(new URL(url).searchParams);

  it("asks for a code with PKCE, over several resources, with our capability", () => {
    const url = authorizationUrl(request);
    expect(url).toMatch(
      /^https:\/\/login\.microsoftonline\.com\/organizations\/oauth2\/v2\.0\/authorize\?/,
    );
    expect(parametersOf(url)).toEqual({
      client_id: clientId,
      response_type: "code",
      response_mode: "query",
      redirect_uri: request.redirectUri,
      scope: "openid User.Read https://management.azure.com/user_impersonation",
      state: "s",
      nonce: "n",
      code_challenge: "c",
      code_challenge_method: "S256",
      claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}',
    });
  });

  it("passes on a claims challenge, a hint and a prompt", () => {
    const url = authorizationUrl({
      ...request,
      claims: '{"access_token":{"nbf":{"value":"1"}}}',
      loginHint: "ada@contoso.example",
      prompt: "login",
    });
    expect(parametersOf(url)).toMatchObject({ login_hint: "ada@contoso.example", prompt: "login" });
    expect(JSON.parse(parametersOf(url)["claims"] ?? "")).toEqual({
      access_token: { nbf: { value: "1" }, xms_cc: { values: ["cp1"] } },
    });
  });

  it("drops the hint beside the account picker", () => {
    const url = authorizationUrl({ ...request, loginHint: "ada", prompt: "select_account" });
    expect(parametersOf(url)).toMatchObject({ prompt: "select_account" });
    expect(parametersOf(url)).not.toHaveProperty("login_hint");
  });
});

describe("adminConsentUrl", () => {
  const request = {
    cloud: china,
    clientId,
    redirectUri: "https://a.example/callback/admin",
    state: "s",
  };

  it("asks for all of the registration's permissions", () => {
    const url = new URL(adminConsentUrl({ ...request, tenant: "contoso.example" }));
    expect(url.origin + url.pathname).toBe(
      "https://login.partner.microsoftonline.cn/contoso.example/v2.0/adminconsent",
    );
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: clientId,
      redirect_uri: request.redirectUri,
      state: "s",
      scope: "https://microsoftgraph.chinacloudapi.cn/.default",
    });
  });

  it.each([undefined, "common", "consumers", personalTenantId])(
    "goes to organizations for %s",
    (tenant) => {
      expect(new URL(adminConsentUrl({ ...request, tenant })).pathname).toBe(
        "/organizations/v2.0/adminconsent",
      );
    },
  );
});

describe("logoutUrl", () => {
  it("ends the session, with or without a place to go on to", () => {
    expect(logoutUrl({ cloud, tenant: "common" })).toBe(
      "https://login.microsoftonline.com/common/oauth2/v2.0/logout",
    );
    const url = new URL(
      logoutUrl({
        cloud,
        tenant: "common",
        postLogoutRedirectUri: "https://a.example/",
        logoutHint: "h",
      }),
    );
    expect(Object.fromEntries(url.searchParams)).toEqual({
      post_logout_redirect_uri: "https://a.example/",
      logout_hint: "h",
    });
  });
});
