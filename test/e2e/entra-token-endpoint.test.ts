import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from "oauth4webapi";
import { beforeEach, describe, expect, it } from "vitest";
import { secretCredentials } from "../support/credentials.ts";
import { authorizationUrl } from "../../src/entra/authorization-request.ts";
import { clouds } from "../../src/entra/cloud.ts";
import type { Cloud } from "../../src/entra/cloud.ts";
import { defaultScopes, missingScopes, scopesOf } from "../../src/entra/resource.ts";
import { personalTenantId } from "../../src/entra/tenant.ts";
import { createTokenEndpoint } from "../../src/entra/token-endpoint.ts";
import { CLIENT_ID, CLIENT_SECRET, CONTOSO_TENANT, FABRIKAM_TENANT } from "../sandbox/constants.ts";
import { createSandbox } from "../sandbox/index.ts";
import type { Sandbox } from "../sandbox/index.ts";

/** Production code against the sandbox's Entra, under Microsoft's own host names. */
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});

const cloud: Cloud = clouds.global;
const redirectUri = "http://localhost:8787/callback";
const armScope = `${cloud.audiences.arm}/.default`;

const endpoint = (clientSecrets: readonly string[] = [CLIENT_SECRET]) =>
  createTokenEndpoint({
    cloud,
    clientId: CLIENT_ID,
    credentials: secretCredentials(...clientSecrets),
    fetch: (input) => sandbox.fetch(new Request(input)),
    now: Date.now,
  });

interface SignIn {
  account: string;
  tenant?: string;
  expectedTenant?: string;
  decision?: "approve" | "deny";
  nonce?: string;
  scopes?: string[];
  codeVerifier?: string;
  tokens?: ReturnType<typeof endpoint>;
}

async function signIn(options: SignIn) {
  const { account, tenant = "common", decision = "approve", tokens = endpoint() } = options;
  const verifier = generateRandomCodeVerifier();
  const url = authorizationUrl({
    cloud,
    clientId: CLIENT_ID,
    tenant,
    redirectUri,
    scopes: options.scopes ?? defaultScopes(cloud),
    state: "the-state",
    nonce: "the-nonce",
    codeChallenge: await calculatePKCECodeChallenge(verifier),
  });
  const answer = await sandbox.fetch(
    new Request(`${url}&sandbox_account=${account}&sandbox_decision=${decision}`),
  );
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`no redirect: ${answer.status} ${await answer.text()}`);
  return tokens.redeemCode({
    tenant,
    expectedTenant: options.expectedTenant ?? tenant,
    response: new URL(location).searchParams,
    state: "the-state",
    redirectUri,
    codeVerifier: options.codeVerifier ?? verifier,
    nonce: options.nonce ?? "the-nonce",
    scopes: scopesOf("graph", options.scopes ?? defaultScopes(cloud), cloud),
  });
}

async function signedIn(options: SignIn) {
  const result = await signIn(options);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const { refreshToken } = result.value;
  if (refreshToken === undefined) throw new Error("no refresh token");
  return { ...result.value, refreshToken };
}

const control = (path: string, body: unknown) =>
  sandbox.fetch(
    new Request(`${cloud.authorityHost}/_sandbox${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    }),
  );

describe("a sign-in", () => {
  it.each([
    ["common", "ada@contoso.example", CONTOSO_TENANT],
    ["organizations", "alan@fabrikam.example", FABRIKAM_TENANT],
    [CONTOSO_TENANT, "grace@contoso.example", CONTOSO_TENANT],
    [FABRIKAM_TENANT, "alan@fabrikam.example", FABRIKAM_TENANT],
  ])("at %s by %s ends in tenant %s", async (tenant, account, tenantId) => {
    const tokens = await signedIn({ tenant, account });
    expect(tokens.idToken).toMatchObject({ tenantId, upn: account, loginHint: expect.any(String) });
    const graph = scopesOf("graph", defaultScopes(cloud), cloud);
    expect(missingScopes(graph, tokens.scopes, cloud)).toEqual([]);
    expect(tokens.expiresInSeconds).toBeGreaterThan(3000);
    expect(tokens.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(["consumers", "common"])("at %s by a personal account", async (tenant) => {
    const scopes = ["openid", "profile", "offline_access", "User.Read"];
    const tokens = await signedIn({ tenant, account: "pat@outlook.example", scopes });
    expect(tokens.idToken?.tenantId).toBe(personalTenantId);
    const refreshed = await endpoint().refresh({
      tenant: "consumers",
      refreshToken: tokens.refreshToken,
      scopes: ["User.Read"],
    });
    expect(refreshed).toMatchObject({ ok: true });
  });

  it("by a guest ends where it was asked for, under the guest's object id", async () => {
    const account = "lin@fabrikam.example";
    const home = await signedIn({ account });
    const guest = await signedIn({ account, tenant: CONTOSO_TENANT });
    expect(home.idToken?.tenantId).toBe(FABRIKAM_TENANT);
    expect(guest.idToken?.tenantId).toBe(CONTOSO_TENANT);
    expect(guest.idToken?.objectId).not.toBe(home.idToken?.objectId);
  });

  it.each<[string, Partial<SignIn>, Record<string, unknown>]>([
    ["another tenant than expected", { expectedTenant: FABRIKAM_TENANT }, { code: "wrong_tenant" }],
    ["another nonce", { nonce: "other" }, { code: "id_token_invalid" }],
    [
      "another verifier",
      { codeVerifier: "x".repeat(43) },
      { code: "invalid_grant", codes: [501481], disposition: { action: "sign_in" } },
    ],
    [
      "the user's refusal",
      { decision: "deny" },
      {
        code: "access_denied",
        suberror: "cancel",
        disposition: { action: "consent", aadsts: 65004 },
      },
    ],
  ])("is refused with %s", async (_what, more, error) => {
    const result = await signIn({ account: "ada@contoso.example", ...more });
    expect(result).toMatchObject({ ok: false, error });
  });
});

describe("a refresh", () => {
  const account = "ada@contoso.example";
  const refreshArm = (refreshToken: string, tokens = endpoint()) =>
    tokens.refresh({ tenant: CONTOSO_TENANT, refreshToken, scopes: [armScope] });

  it("turns Graph's sign-in into a token for ARM", async () => {
    const { refreshToken } = await signedIn({ account });
    const result = await refreshArm(refreshToken);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    expect(missingScopes([armScope], result.value.scopes, cloud)).toEqual([]);
    const answer = await sandbox.fetch(
      new Request(`${cloud.armEndpoint}/subscriptions?api-version=2022-12-01`, {
        headers: { authorization: `Bearer ${result.value.accessToken}` },
      }),
    );
    expect(answer.status).toBe(200);
  });

  it("reaches a guest's other tenant with the same refresh token", async () => {
    const { refreshToken } = await signedIn({ account: "lin@fabrikam.example" });
    const result = await endpoint().refresh({
      tenant: CONTOSO_TENANT,
      refreshToken,
      scopes: ["openid", "profile", "User.Read"],
    });
    expect(result).toMatchObject({ ok: true, value: { idToken: { tenantId: CONTOSO_TENANT } } });
  });

  it("is over once the sign-in is revoked", async () => {
    const { refreshToken } = await signedIn({ account });
    await control("/revoke", { user: account });
    expect(await refreshArm(refreshToken)).toMatchObject({
      ok: false,
      error: {
        codes: [50173],
        suberror: "bad_token",
        disposition: { action: "sign_in", latch: "connection" },
      },
    });
  });

  it("survives the expiry of the first of two secrets", async () => {
    const tokens = endpoint(["expired-secret", CLIENT_SECRET]);
    const { refreshToken } = await signedIn({ account });
    await control("/faults", { match: { grant_type: "refresh_token" }, times: 1, aadsts: 7000222 });
    expect(await refreshArm(refreshToken, tokens)).toMatchObject({ ok: true });
    expect(await refreshArm(refreshToken, tokens)).toMatchObject({ ok: true });
    const log = await sandbox.fetch(new Request(`${cloud.authorityHost}/_sandbox/requests`));
    const { requests } = (await log.json()) as {
      requests: { grant_type?: string; status: number }[];
    };
    const statuses = requests
      .filter((one) => one.grant_type === "refresh_token")
      .map((one) => one.status);
    expect(statuses).toEqual([401, 200, 200]);
  });

  it("blames the app for a wrong secret", async () => {
    const { refreshToken } = await signedIn({ account });
    expect(await refreshArm(refreshToken, endpoint(["wrong"]))).toMatchObject({
      ok: false,
      error: { code: "invalid_client", codes: [7000215], disposition: { action: "fix_app" } },
    });
  });

  it("keeps the claims of a step-up for the next sign-in", async () => {
    const { refreshToken } = await signedIn({ account });
    await control("/faults", { match: { grant_type: "refresh_token" }, times: 1, aadsts: 50076 });
    const result = await refreshArm(refreshToken);
    expect(result).toMatchObject({
      ok: false,
      error: { codes: [50076], disposition: { action: "step_up", latch: "resource" } },
    });
    const claims = result.ok ? undefined : result.error.claims;
    expect(JSON.parse(claims ?? "null")).toHaveProperty("access_token");
  });
});

it("gets a token of the app itself", async () => {
  const scopes = [`${cloud.audiences.graph}/.default`];
  const result = await endpoint().clientCredentials({ tenant: CONTOSO_TENANT, scopes });
  expect(result).toEqual({
    ok: true,
    value: {
      accessToken: expect.any(String),
      expiresInSeconds: expect.any(Number),
      scopes,
      requestId: expect.any(String),
    },
  });
});
