import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  CONTOSO_TENANT,
  FABRIKAM_TENANT,
  PERSONAL_TENANT,
} from "../../sandbox/constants.ts";
import { createSandbox } from "../../sandbox/index.ts";
import type { Sandbox } from "../../sandbox/index.ts";
import { pairwiseSubject } from "../../sandbox/subject.ts";
import { ADA, LIN, PAT } from "../../sandbox/people.ts";
import { BASE, createGraphHarness, GRACE } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});

/** Asks at Graph's host, outside its versions. */
async function ask(token: string, path = "/oidc/userinfo", method = "GET") {
  const response = await graph.graph.request(
    path,
    { method, headers: token === "" ? {} : { authorization: `Bearer ${token}` } },
    { base: BASE },
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe("The userinfo endpoint", () => {
  it.each(["GET", "POST"])("answers %s with who has signed in", async (method) => {
    const token = await graph.tokenOf(ADA.upn, ["openid", "profile", "email"]);
    expect(await ask(token, "/oidc/userinfo", method)).toEqual({
      status: 200,
      body: {
        sub: await pairwiseSubject(ADA, CONTOSO_TENANT),
        name: "Ada Lovelace",
        family_name: "Lovelace",
        given_name: "Ada",
        picture: "https://graph.microsoft.com/v1.0/me/photo/$value",
        email: "ada@contoso.example",
      },
    });
  });

  it.each([
    [["openid"], ["sub"]],
    [
      ["openid", "profile"],
      ["sub", "name", "family_name", "given_name", "picture"],
    ],
    [
      ["openid", "email"],
      ["sub", "email"],
    ],
    [["openid", "User.Read"], ["sub"]],
  ])("tells no more than the scopes %j let it", async (scopes, claims) => {
    const { status, body } = await ask(await graph.tokenOf(GRACE, scopes));
    expect([status, Object.keys(body)]).toEqual([200, claims]);
  });

  it.each([[["User.Read"]], [["profile", "email"]], [["Mail.Read", "offline_access"]]])(
    "refuses a token with the scopes %j, which lack openid",
    async (scopes) => {
      const { status, body } = await ask(await graph.tokenOf(GRACE, scopes));
      expect([status, body["error"]]).toEqual([
        403,
        expect.objectContaining({ code: "Authorization_RequestDenied" }),
      ]);
    },
  );

  it("refuses an application, which is nobody who signed in", async () => {
    const token = await graph.appToken(CONTOSO_TENANT, "User.Read.All");
    expect((await ask(token)).status).toBe(403);
  });

  it.each(["", "no-token"])("refuses the token %j", async (token) => {
    const { status, body } = await ask(token);
    expect([status, body["error"]]).toEqual([
      401,
      expect.objectContaining({ code: "InvalidAuthenticationToken" }),
    ]);
  });

  it.each([
    [LIN, FABRIKAM_TENANT],
    [LIN, CONTOSO_TENANT],
    [PAT, PERSONAL_TENANT],
  ])("gives %j in tenant %s a subject of their own", async (user, tenant) => {
    const { body } = await ask(await graph.tokenOf(user.upn, ["openid"], tenant));
    expect(body).toEqual({ sub: await pairwiseSubject(user, tenant) });
    expect(body["sub"]).not.toBe(await pairwiseSubject(ADA, CONTOSO_TENANT));
  });

  it.each(["/OIDC/UserInfo", "/oidc/userinfo/", "/oidc/USERINFO?x=1"])(
    "is found at %s too",
    async (path) => {
      expect((await ask(await graph.tokenOf(GRACE, ["openid"]), path)).status).toBe(200);
    },
  );

  it.each([
    ["PATCH", "/oidc/userinfo"],
    ["GET", "/v1.0/oidc/userinfo"],
    ["GET", "/oidc/userinfo/more"],
  ])("is not %s %s", async (method, path) => {
    expect((await ask(await graph.tokenOf(GRACE, ["openid"]), path, method)).status).toBe(400);
  });
});

describe("The userinfo endpoint of a discovery document", () => {
  const redirectUri = "http://localhost:8787/callback";
  let directory: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "sandbox-"));
    sandbox = await createSandbox({ directory });
  });
  afterAll(() => rm(directory, { recursive: true }));

  const claimsOf = (token: unknown): unknown =>
    JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString());

  async function signIn(authority: string) {
    const asked = { client_id: CLIENT_ID, redirect_uri: redirectUri, scope: "openid profile" };
    const query = new URLSearchParams({
      ...asked,
      response_type: "code",
      sandbox_account: ADA.upn,
      sandbox_decision: "approve",
    });
    const granted = await sandbox.fetch(
      new Request(`${authority}/common/oauth2/v2.0/authorize?${query}`),
    );
    const code = new URL(granted.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const form = {
      ...asked,
      client_secret: CLIENT_SECRET,
      grant_type: "authorization_code",
      code,
    };
    const response = await sandbox.fetch(
      new Request(`${authority}/common/oauth2/v2.0/token`, {
        method: "POST",
        body: new URLSearchParams(form),
      }),
    );
    return (await response.json()) as Record<string, unknown>;
  }

  it.each(["https://login.microsoftonline.com", "http://localhost:8788"])(
    "answers to the token of a sign-in at %s",
    async (authority) => {
      const metadata = await sandbox.fetch(
        new Request(`${authority}/common/v2.0/.well-known/openid-configuration`),
      );
      const { userinfo_endpoint: address } = (await metadata.json()) as Record<string, string>;
      const tokens = await signIn(authority);
      const answer = await sandbox.fetch(
        new Request(address ?? "", {
          headers: { authorization: `Bearer ${String(tokens["access_token"])}` },
        }),
      );
      expect(answer.status).toBe(200);
      const { sub, name } = (await answer.json()) as Record<string, unknown>;
      expect(claimsOf(tokens["id_token"])).toMatchObject({ sub, name });
    },
  );
});
