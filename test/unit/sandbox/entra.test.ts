import { decodeJwt } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  CONTOSO_TENANT,
  FABRIKAM_TENANT,
} from "../../sandbox/constants.ts";
import { createWorld } from "../../sandbox/create-world.ts";
import type { SandboxWorld } from "../../sandbox/create-world.ts";
import { createEntra } from "../../sandbox/entra/index.ts";

const base = "https://login.microsoftonline.com";
const redirectUri = "http://localhost:8787/callback";
const verifier = "v".repeat(43);
const challenge = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM";
const armDefault = "https://management.azure.com/.default";

let world: SandboxWorld;
let entra: ReturnType<typeof createEntra>;
beforeEach(() => {
  world = createWorld();
  entra = createEntra(world);
});

type Fields = Record<string, string | undefined>;
const encode = (fields: Fields) =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  );

async function authorize(fields: Fields = {}, tenant = "common") {
  const query = encode({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: redirectUri,
    scope:
      "openid profile offline_access User.Read https://management.azure.com/user_impersonation",
    state: "s",
    code_challenge: challenge,
    code_challenge_method: "S256",
    sandbox_account: "ada@contoso.example",
    sandbox_decision: "approve",
    ...fields,
  });
  const response = await entra.request(`/${tenant}/oauth2/v2.0/authorize?${query}`, {}, { base });
  const location = response.headers.get("location");
  return {
    status: response.status,
    page: location ? "" : await response.text(),
    answer: new URLSearchParams(location ? location.split(/[?#]/)[1] : ""),
    location,
    cookie: response.headers.getSetCookie().find((cookie) => cookie.startsWith("ESTS")),
  };
}

interface TokenJson {
  access_token?: string;
  refresh_token?: string;
  id_token?: string;
  error?: string;
  suberror?: string;
  error_codes?: number[];
}

async function token(fields: Fields, tenant = "common", headers: Record<string, string> = {}) {
  const body = encode({ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, ...fields });
  const response = await entra.request(
    `/${tenant}/oauth2/v2.0/token`,
    { method: "POST", body, headers },
    { base },
  );
  const json = (await response.json()) as TokenJson;
  return { ...json, status: response.status, aadsts: json.error_codes?.[0] };
}

const redeem = (code: string | null, fields: Fields = {}, tenant = "common") =>
  token(
    {
      grant_type: "authorization_code",
      code: code ?? "",
      redirect_uri: redirectUri,
      code_verifier: verifier,
      scope: "User.Read openid profile offline_access",
      ...fields,
    },
    tenant,
  );

async function signIn(fields: Fields = {}, tenant = "common") {
  const { answer } = await authorize(fields, tenant);
  return redeem(answer.get("code"));
}

const refresh = (refreshToken: string | undefined, scope: string, tenant = "common") =>
  token({ grant_type: "refresh_token", refresh_token: refreshToken, scope }, tenant);

describe("an authorization code", () => {
  const wrong: [what: string, fields: Fields, tenant: string, status: number, aadsts: number][] = [
    ["another verifier", { code_verifier: "w".repeat(43) }, "common", 400, 501481],
    ["no verifier", { code_verifier: undefined }, "common", 400, 50147],
    ["another redirect URI", { redirect_uri: `${redirectUri}/admin` }, "common", 400, 50011],
    [
      "two resources",
      { scope: `User.Read ${armDefault.replace(".default", "user_impersonation")}` },
      "common",
      400,
      28000,
    ],
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
    const { answer } = await authorize();
    const refused = await redeem(answer.get("code"), fields, tenant);
    expect([refused.status, refused.aadsts]).toEqual([status, aadsts]);
  });

  test("is good once, even for two that come together", async () => {
    const { answer } = await authorize();
    const both = await Promise.all([redeem(answer.get("code")), redeem(answer.get("code"))]);
    expect(both.map((one) => one.aadsts ?? one.status).sort()).toEqual([200, 54005]);
  });

  test("expires after ten minutes", async () => {
    const { answer } = await authorize();
    world.settings.clock_offset_s = 601;
    expect((await redeem(answer.get("code"))).aadsts).toBe(70008);
  });

  test("is no refresh token", async () => {
    const { answer } = await authorize();
    const refused = await refresh(answer.get("code") ?? "", "User.Read");
    expect([refused.error, refused.aadsts]).toEqual(["invalid_grant", 9002313]);
  });

  test("brings an id_token of the tenant signed in to, with the nonce", async () => {
    const { id_token } = await signIn({ nonce: "n1" });
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
    const { refresh_token } = await signIn();
    const arm = await refresh(refresh_token, armDefault);
    const graph = await refresh(refresh_token, "User.Read");
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
    const { refresh_token } = await signIn({ sandbox_account: user });
    const answer = await refresh(refresh_token, "User.Read", tenant);
    expect(answer.aadsts ?? answer.status).toBe(expected);
  });

  test("of a personal account opens Graph and never ARM", async () => {
    const { refresh_token } = await signIn({ sandbox_account: "pat@outlook.example" });
    expect((await refresh(refresh_token, armDefault, "consumers")).aadsts).toBe(70011);
  });

  test("dies of a revocation, of ninety idle days, and not of use", async () => {
    const { refresh_token } = await signIn();
    world.settings.clock_offset_s = 91 * 86_400;
    const idle = await refresh(refresh_token, "User.Read");
    expect([idle.aadsts, idle.suberror]).toEqual([700082, "bad_token"]);
    world.settings.clock_offset_s = 0;
    world.revocations.add({ upn: "ada@contoso.example", tick: world.tick(), time: world.now() });
    expect((await refresh(refresh_token, "User.Read")).aadsts).toBe(50173);
    expect((await signIn()).status).toBe(200);
  });
});

describe("the sign-in page", () => {
  test("asks for the account, then for consent, then never again", async () => {
    const unasked = { sandbox_account: undefined, sandbox_decision: undefined };
    expect((await authorize(unasked)).page).toContain("Pick an account");
    const consent = await authorize({ sandbox_decision: undefined });
    expect(consent.page).toContain("Access Azure Resource Manager as you");
    await authorize();
    const again = await authorize({ ...unasked, login_hint: "ada@contoso.example" });
    expect(again.answer.get("code")).toBeTruthy();
    const asked = await authorize({
      ...unasked,
      login_hint: "ada@contoso.example",
      prompt: "consent",
    });
    expect(asked.page).toContain("Permissions requested");
  });

  test("goes nowhere but to a registered address", async () => {
    const stranger = await authorize({ redirect_uri: "https://evil.example/callback" });
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
  test.each(refusals)("%s is told to the application", async (_what, fields, error, aadsts) => {
    const { answer } = await authorize(fields);
    expect(answer.get("error")).toBe(error);
    expect(answer.get("error_description")).toContain(aadsts);
    expect(answer.get("state")).toBe("s");
  });

  test("a user of no standing in the tenant stays on the page", async () => {
    const { page, location } = await authorize(
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
    const refused = await token({ grant_type: "client_credentials", scope: asked }, tenant);
    expect(refused.aadsts).toBe(aadsts);
  });

  test("has the roles an administrator granted, and comes with nothing else", async () => {
    world.consents.grantApplication(CONTOSO_TENANT);
    const basic = `Basic ${btoa(`${CLIENT_ID}:${encodeURIComponent(CLIENT_SECRET)}`)}`;
    const answer = await token(
      { grant_type: "client_credentials", scope, client_id: undefined, client_secret: undefined },
      CONTOSO_TENANT,
      { authorization: basic },
    );
    expect(decodeJwt(answer.access_token ?? "")["roles"]).toEqual(["User.Read.All", "Mail.Read"]);
    expect(answer).not.toHaveProperty("refresh_token");
    expect(answer).not.toHaveProperty("scope");
  });
});
