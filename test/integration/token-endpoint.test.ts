import { calculatePKCECodeChallenge } from "oauth4webapi";
import { expect, it } from "vitest";
import { secretCredentials } from "../support/credentials.ts";
import { authorizationUrl } from "../../src/entra/authorization-request.ts";
import { clouds } from "../../src/entra/cloud.ts";
import { createTokenEndpoint } from "../../src/entra/token-endpoint.ts";

const cloud = clouds.global;
const clientId = "11111111-2222-4333-8444-555555555555";
const redirectUri = "http://localhost:8787/callback";
const codeVerifier = "a-verifier-of-forty-three-letters-or-more-43";
const options = {
  cloud,
  clientId,
  credentials: secretCredentials("sandbox-client-secret"),
  fetch,
  now: Date.now,
};

it("signs in and renews in workerd, with the runtime's own fetch", async () => {
  const url = authorizationUrl({
    cloud,
    clientId,
    tenant: "common",
    redirectUri,
    scopes: [
      "openid",
      "profile",
      "offline_access",
      "User.Read",
      `${cloud.audiences.arm}/user_impersonation`,
    ],
    state: "s",
    nonce: "n",
    codeChallenge: await calculatePKCECodeChallenge(codeVerifier),
  });
  const page = await fetch(`${url}&sandbox_account=ada@contoso.example&sandbox_decision=approve`, {
    redirect: "manual",
  });
  const response = new URL(page.headers.get("location") ?? "").searchParams;
  const endpoint = createTokenEndpoint(options);
  const signedIn = await endpoint.redeemCode({
    tenant: "common",
    response,
    state: "s",
    redirectUri,
    codeVerifier,
    nonce: "n",
    scopes: ["User.Read"],
  });
  expect(signedIn).toMatchObject({
    ok: true,
    value: {
      idToken: { upn: "ada@contoso.example" },
      scopes: expect.arrayContaining(["User.Read"]),
    },
  });
  const refreshed = await endpoint.refresh({
    tenant: "common",
    refreshToken: (signedIn.ok && signedIn.value.refreshToken) || "",
    scopes: [`${cloud.audiences.arm}/user_impersonation`],
  });
  expect(refreshed).toMatchObject({ ok: true, value: { refreshToken: expect.any(String) } });
});

it("gives up in time in workerd", async () => {
  await fetch(`${cloud.authorityHost}/_sandbox/faults`, {
    method: "POST",
    body: JSON.stringify({ match: { grant_type: "refresh_token" }, times: 1, delay_ms: 500 }),
  });
  const hasty = createTokenEndpoint({ ...options, timeoutMs: 50 });
  const refreshed = await hasty.refresh({ tenant: "common", refreshToken: "r", scopes: [] });
  expect(refreshed).toMatchObject({ ok: false, error: { code: "timeout" } });
});
