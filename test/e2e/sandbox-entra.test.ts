import { approvedConsent } from "../support/admin-consent.ts";
import { createHash, randomBytes } from "node:crypto";
import tls from "node:tls";
import { ConfidentialClientApplication } from "@azure/msal-node";
import type { AccountInfo, AuthenticationResult } from "@azure/msal-node";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CLIENT_ID, CLIENT_SECRET, CONTOSO_TENANT } from "../sandbox/constants.ts";
import { startSandboxServer } from "../sandbox/server.ts";
import type { SandboxServer } from "../sandbox/server.ts";

const redirectUri = "http://localhost:8787/callback";
const armScope = "https://management.azure.com/user_impersonation";

let sandbox: SandboxServer;
const authorities = tls.getCACertificates("default");

beforeAll(async () => {
  sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
  tls.setDefaultCACertificates([...authorities, sandbox.ca]);
});

afterAll(async () => {
  tls.setDefaultCACertificates(authorities);
  await sandbox.close();
});

beforeEach(async () => {
  await control("reset", {});
});

async function control(path: string, body: object): Promise<void> {
  const method = path === "settings" ? "PATCH" : "POST";
  const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method,
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
}

async function tokenRequests(): Promise<{ grant_type: string; scope: string; user?: string }[]> {
  const { requests } = (await (await fetch(`${sandbox.url}/_sandbox/requests`)).json()) as {
    requests: { grant_type?: string; scope?: string; user?: string }[];
  };
  return requests.flatMap(({ grant_type, scope = "", user }) =>
    grant_type ? [{ grant_type, scope, ...(user ? { user } : {}) }] : [],
  );
}

/** MSAL as it comes; the sandbox is told apart from Microsoft by the authority alone. */
function application(tenant: string): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    auth: {
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      authority: `${sandbox.httpsUrl}/${tenant}`,
      knownAuthorities: [new URL(sandbox.httpsUrl).host],
      clientCapabilities: ["cp1"],
    },
  });
}

async function signIn(
  app: ConfidentialClientApplication,
  user: string,
  scopes: string[] = ["User.Read"],
): Promise<AuthenticationResult & { account: AccountInfo }> {
  const verifier = randomBytes(32).toString("base64url");
  const nonce = randomBytes(16).toString("base64url");
  const url = await app.getAuthCodeUrl({
    scopes,
    extraScopesToConsent: [armScope],
    redirectUri,
    nonce,
    codeChallenge: createHash("sha256").update(verifier).digest("base64url"),
    codeChallengeMethod: "S256",
  });
  const answer = await fetch(`${url}&sandbox_account=${user}&sandbox_decision=approve`, {
    redirect: "manual",
  });
  const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
  // Given the nonce, MSAL compares it with the id_token's.
  const redemption = { code, scopes, redirectUri, nonce, codeVerifier: verifier };
  const result = await app.acquireTokenByCode(redemption);
  if (!result.account) throw new Error("MSAL found no account in the answer");
  return { ...result, account: result.account };
}

describe("unmodified msal-node", () => {
  test("signs in with a code and PKCE and names the account by its home ids", async () => {
    const result = await signIn(application("organizations"), "ada@contoso.example");
    expect(result.account.username).toBe("ada@contoso.example");
    expect(result.account.tenantId).toBe(CONTOSO_TENANT);
    expect(result.account.homeAccountId).toBe(
      `aaaaaaaa-2222-4000-8000-000000000001.${CONTOSO_TENANT}`,
    );
    expect(result.scopes).toContain("User.Read");
    expect(decodeJwt(result.accessToken)).toMatchObject({
      aud: "https://graph.microsoft.com",
      iss: `https://sts.windows.net/${CONTOSO_TENANT}/`,
      ver: "1.0",
      xms_cc: ["cp1"],
    });
  });

  test("gets Graph and ARM tokens from one refresh token", async () => {
    const app = application("organizations");
    const { account } = await signIn(app, "ada@contoso.example");
    const arm = await app.acquireTokenSilent({ account, scopes: [armScope] });
    expect(decodeJwt(arm.accessToken)).toMatchObject({
      aud: "https://management.azure.com",
      scp: "user_impersonation",
    });
    const again = await app.acquireTokenSilent({ account, scopes: [armScope] });
    expect(again.fromCache).toBe(true);
    const graph = await app.acquireTokenSilent({
      account,
      scopes: ["User.Read"],
      forceRefresh: true,
    });
    expect(decodeJwt(graph.accessToken).aud).toBe("https://graph.microsoft.com");
    const sent = await tokenRequests();
    expect(sent.map((request) => request.grant_type)).toEqual([
      "authorization_code",
      "refresh_token",
      "refresh_token",
    ]);
    expect(new Set(sent.map((request) => request.user))).toEqual(new Set(["ada@contoso.example"]));
  });

  test("the tokens open Graph and ARM, each its own alone", async () => {
    const app = application("organizations");
    const { account, accessToken: graph } = await signIn(app, "ada@contoso.example");
    const { accessToken: arm } = await app.acquireTokenSilent({ account, scopes: [armScope] });
    const me = `${sandbox.httpsUrl}/graph/v1.0/me`;
    const subscriptions = `${sandbox.httpsUrl}/arm/subscriptions?api-version=2022-12-01`;
    const status = async (url: string, token: string) =>
      (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await status(me, graph)).toBe(200);
    expect(await status(subscriptions, arm)).toBe(200);
    expect(await status(me, arm)).toBe(401);
    expect(await status(subscriptions, graph)).toBe(401);
  });

  test("a guest's tokens are the other tenant's while the account stays at home", async () => {
    const result = await signIn(application("contoso.example"), "lin@fabrikam.example");
    const claims = decodeJwt(result.accessToken);
    expect(claims["tid"]).toBe(CONTOSO_TENANT);
    expect(claims["oid"]).toBe("aaaaaaaa-2222-4000-8000-000000000003");
    expect(result.account.homeAccountId).toMatch(/^bbbbbbbb-2222-.*\.bbbbbbbb-0000-/);
  });

  test("learns from bad_token that a revoked session needs a person", async () => {
    const app = application("organizations");
    const { account } = await signIn(app, "grace@contoso.example");
    await control("revoke", { user: "grace@contoso.example" });
    const error: unknown = await app
      .acquireTokenSilent({ account, scopes: ["User.Read"], forceRefresh: true })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "InteractionRequiredAuthError", subError: "bad_token" });
  });

  test("takes an application token after an administrator's consent", async () => {
    const consent = approvedConsent(sandbox.url);
    const answer = await fetch(consent, { redirect: "manual" });
    expect(answer.headers.get("location")).toContain(`admin_consent=True&tenant=${CONTOSO_TENANT}`);
    const token = await application(CONTOSO_TENANT).acquireTokenByClientCredential({
      scopes: ["https://graph.microsoft.com/.default"],
    });
    expect(decodeJwt(token?.accessToken ?? "")).toMatchObject({
      idtyp: "app",
      roles: expect.arrayContaining(["User.Read.All", "Mail.Read"]),
    });
  });
});
