import { decodeJwt } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  CONTOSO_TENANT,
  FABRIKAM_TENANT,
} from "../../sandbox/constants.ts";
import { armScope, base, createEntraHarness, redirectUri } from "./entra-harness.ts";
import type { Fields } from "./entra-harness.ts";

const armDefault = "https://management.azure.com/.default";

let entra: ReturnType<typeof createEntraHarness>;
beforeEach(() => {
  entra = createEntraHarness();
});

describe("an authorization code", () => {
  const wrong: [what: string, fields: Fields, tenant: string, status: number, aadsts: number][] = [
    ["another verifier", { code_verifier: "w".repeat(43) }, "common", 400, 501481],
    ["no verifier", { code_verifier: undefined }, "common", 400, 50147],
    ["another redirect URI", { redirect_uri: `${redirectUri}/admin` }, "common", 400, 50011],
    ["two resources", { scope: `User.Read ${armScope}` }, "common", 400, 28000],
    ["the scopes of the sign-in, two resources", { scope: undefined }, "common", 400, 28000],
    ["no resource", { scope: "openid profile" }, "common", 400, 28003],
    ["another tenant", {}, FABRIKAM_TENANT, 400, 700005],
    ["a permission never consented to", { scope: "Mail.Send" }, "common", 400, 65001],
    ["no secret", { client_secret: undefined }, "common", 401, 7000218],
    ["a wrong secret", { client_secret: "x" }, "common", 401, 7000215],
    [
      "an unknown client",
      { client_id: "99999999-2222-4333-8444-555555555555" },
      "common",
      400,
      700016,
    ],
    [
      "the v1 parameter resource",
      { resource: "https://graph.microsoft.com" },
      "common",
      400,
      901002,
    ],
    ["an unknown tenant", {}, "nowhere.example", 400, 90002],
  ];
  test.each(wrong)("redeemed with %s is refused", async (_what, fields, tenant, status, aadsts) => {
    const { answer } = await entra.authorize();
    const refused = await entra.redeem(answer.get("code"), fields, tenant);
    expect([refused.status, refused.aadsts]).toEqual([status, aadsts]);
  });

  test("is good once, even for two that come together", async () => {
    const { answer } = await entra.authorize();
    const both = await Promise.all([
      entra.redeem(answer.get("code")),
      entra.redeem(answer.get("code")),
    ]);
    expect(both.map((one) => one.aadsts ?? one.status).sort()).toEqual([200, 54005]);
  });

  test("expires after ten minutes", async () => {
    const { answer } = await entra.authorize();
    entra.world.settings.clock_offset_s = 601;
    expect((await entra.redeem(answer.get("code"))).aadsts).toBe(70008);
  });

  test("is no refresh token", async () => {
    const { answer } = await entra.authorize();
    const refused = await entra.refresh(answer.get("code") ?? "", "User.Read");
    expect([refused.error, refused.aadsts]).toEqual(["invalid_grant", 9002313]);
  });

  test("names the directory roles of the account where the registration asks for them", async () => {
    const widsOf = async (account: string) => {
      const { id_token } = await entra.signIn({ sandbox_account: account });
      return decodeJwt(id_token ?? "")["wids"];
    };
    const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10";
    expect(await widsOf("ada@contoso.example")).toContain(globalAdministrator);
    expect(await widsOf("ida@fabrikam.example")).toContain(globalAdministrator);
    expect(await widsOf("grace@contoso.example")).not.toContain(globalAdministrator);
    entra.world.settings.group_membership_claims = null;
    expect(await widsOf("ada@contoso.example")).toBeUndefined();
  });

  test("brings an id_token of the tenant signed in to, with the nonce", async () => {
    const { id_token } = await entra.signIn({ nonce: "n1" });
    expect(decodeJwt(id_token ?? "")).toMatchObject({
      iss: `${base}/${CONTOSO_TENANT}/v2.0`,
      aud: CLIENT_ID,
      nonce: "n1",
      tid: CONTOSO_TENANT,
      oid: "aaaaaaaa-2222-4000-8000-000000000001",
    });
  });
});

describe("a refresh token", () => {
  test("stays valid on use and serves every resource consented to", async () => {
    const { refresh_token } = await entra.signIn();
    const arm = await entra.refresh(refresh_token, armDefault);
    const graph = await entra.refresh(refresh_token, "User.Read");
    expect([arm.status, graph.status]).toEqual([200, 200]);
    expect(decodeJwt(arm.access_token ?? "").aud).toBe("https://management.azure.com");
    expect(arm.refresh_token).not.toBe(refresh_token);
  });

  const elsewhere: [user: string, tenant: string, expected: number][] = [
    ["ada@contoso.example", CONTOSO_TENANT, 200],
    ["ada@contoso.example", FABRIKAM_TENANT, 50020],
    ["ada@contoso.example", "consumers", 70000],
    ["lin@fabrikam.example", CONTOSO_TENANT, 200],
    ["pat@outlook.example", "consumers", 200],
    ["pat@outlook.example", CONTOSO_TENANT, 9002313],
  ];
  test.each(elsewhere)("of %s at %s: %d", async (user, tenant, expected) => {
    const { refresh_token } = await entra.signIn({
      sandbox_account: user,
      scope: "openid offline_access User.Read",
    });
    const answer = await entra.refresh(refresh_token, "User.Read", tenant);
    expect(answer.aadsts ?? answer.status).toBe(expected);
  });

  test("dies of a revocation, of ninety idle days, and not of use", async () => {
    const { refresh_token } = await entra.signIn();
    entra.world.settings.clock_offset_s = 91 * 86_400;
    const idle = await entra.refresh(refresh_token, "User.Read");
    expect([idle.aadsts, idle.suberror]).toEqual([700082, "bad_token"]);
    entra.world.settings.clock_offset_s = 0;
    entra.world.revocations.add({
      upn: "ada@contoso.example",
      tick: entra.world.tick(),
      time: entra.world.now(),
    });
    expect((await entra.refresh(refresh_token, "User.Read")).aadsts).toBe(50173);
    expect((await entra.signIn()).status).toBe(200);
  });
});

describe("the sign-in page", () => {
  test("asks for the account, then for consent, then never again", async () => {
    const unasked = { sandbox_account: undefined, sandbox_decision: undefined };
    expect((await entra.authorize(unasked)).page).toContain("Pick an account");
    const consent = await entra.authorize({ sandbox_decision: undefined });
    expect(consent.page).toContain("Access Azure Resource Manager as you");
    await entra.authorize();
    const again = await entra.authorize({ ...unasked, login_hint: "ada@contoso.example" });
    expect(again.answer.get("code")).toBeTruthy();
    const asked = await entra.authorize({
      ...unasked,
      login_hint: "ada@contoso.example",
      prompt: "consent",
    });
    expect(asked.page).toContain("Permissions requested");
  });

  test("goes nowhere but to a registered address", async () => {
    const stranger = await entra.authorize({ redirect_uri: "https://evil.example/callback" });
    expect([stranger.status, stranger.location]).toEqual([400, null]);
    expect(stranger.page).toContain("AADSTS50011");
  });

  const refusals: [what: string, fields: Fields, error: string, aadsts: string][] = [
    ["Cancel", { sandbox_decision: "deny" }, "access_denied", "AADSTS65004"],
    [
      "nobody signed in and no prompt",
      { sandbox_account: undefined, sandbox_decision: undefined, prompt: "none" },
      "login_required",
      "AADSTS50058",
    ],
    [
      "an administrator's permission",
      { sandbox_account: "grace@contoso.example", scope: "User.Read.All" },
      "access_denied",
      "AADSTS90094",
    ],
    [
      "an id_token by the front channel",
      { response_type: "code id_token" },
      "unsupported_response_type",
      "AADSTS700054",
    ],
  ];
  test.each(refusals)("%s is reported to the application", async (_what, fields, error, aadsts) => {
    const { answer } = await entra.authorize(fields);
    expect(answer.get("error")).toBe(error);
    expect(answer.get("error_description")).toContain(aadsts);
    expect(answer.get("state")).toBe("s");
  });

  test("a user of no standing in the tenant stays on the page", async () => {
    const { page, location } = await entra.authorize(
      { sandbox_account: "alan@fabrikam.example" },
      CONTOSO_TENANT,
    );
    expect(location).toBeNull();
    expect(page).toContain("AADSTS50020");
  });
});

describe("an application token", () => {
  const scope = "https://graph.microsoft.com/.default";
  const wrong: [scope: string, tenant: string, aadsts: number][] = [
    [scope, "common", 9001023],
    ["https://graph.microsoft.com/User.Read.All", CONTOSO_TENANT, 1002012],
    [`${scope} ${armDefault}`, CONTOSO_TENANT, 70011],
    [scope, FABRIKAM_TENANT, 700016],
  ];
  test.each(wrong)("for %s at %s is refused", async (asked, tenant, aadsts) => {
    const refused = await entra.token({ grant_type: "client_credentials", scope: asked }, tenant);
    expect(refused.aadsts).toBe(aadsts);
  });

  test("has the roles an administrator granted, and comes with nothing else", async () => {
    entra.world.consents.grantApplication(CONTOSO_TENANT, 0);
    const basic = `Basic ${btoa(`${CLIENT_ID}:${encodeURIComponent(CLIENT_SECRET)}`)}`;
    const answer = await entra.token(
      { grant_type: "client_credentials", scope, client_id: undefined, client_secret: undefined },
      CONTOSO_TENANT,
      { authorization: basic },
    );
    expect(decodeJwt(answer.access_token ?? "")["roles"]).toEqual(
      expect.arrayContaining(["User.Read.All", "Mail.Read"]),
    );
    expect(answer).not.toHaveProperty("refresh_token");
    expect(answer).not.toHaveProperty("scope");
  });

  test("has roles that were granted as long ago as they take to arrive", async () => {
    entra.world.settings.roles_delay_s = 60;
    entra.world.consents.grantApplication(FABRIKAM_TENANT, entra.world.now());
    const rolesNow = async () => {
      const answer = await entra.token(
        { grant_type: "client_credentials", scope },
        FABRIKAM_TENANT,
      );
      return decodeJwt(answer.access_token ?? "")["roles"];
    };
    expect(await rolesNow()).toBeUndefined();
    entra.world.settings.clock_offset_s = 60;
    expect(await rolesNow()).toContain("Mail.Read");
    entra.world.consents.withdraw(FABRIKAM_TENANT);
    const refused = await entra.token({ grant_type: "client_credentials", scope }, FABRIKAM_TENANT);
    expect(refused.aadsts).toBe(700016);
  });
});
