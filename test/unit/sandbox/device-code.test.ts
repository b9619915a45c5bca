import { decodeJwt } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { CLIENT_ID, PUBLIC_CLIENT_ID } from "../../sandbox/constants.ts";
import { createEntraHarness } from "./entra-harness.ts";

const base = "https://login.microsoftonline.com";
const { world, entra, token } = createEntraHarness();
beforeEach(() => world.reset());

const scope = "User.Read openid profile offline_access";
const grantType = "urn:ietf:params:oauth:grant-type:device_code";

interface Issued {
  user_code: string;
  device_code: string;
  verification_uri: string;
  [field: string]: unknown;
}

async function begin(fields: Record<string, string> = {}, tenant = "organizations") {
  const body = new URLSearchParams({ client_id: PUBLIC_CLIENT_ID, scope, ...fields });
  const response = await entra.request(
    `/${tenant}/oauth2/v2.0/devicecode`,
    { method: "POST", body },
    { base },
  );
  return { status: response.status, body: (await response.json()) as Issued };
}

async function browse(code: string, fields: Record<string, string> = {}): Promise<string> {
  const query = new URLSearchParams({ otc: code, ...fields });
  const response = await entra.request(`/device?${query}`, {}, { base });
  return response.text();
}
const decide = (code: string, decision: string, account = "grace@contoso.example") =>
  browse(code, { sandbox_account: account, sandbox_decision: decision });

const poll = (deviceCode: string, fields: Record<string, string | undefined> = {}) =>
  token({
    grant_type: grantType,
    client_id: PUBLIC_CLIENT_ID,
    client_secret: undefined,
    device_code: deviceCode,
    ...fields,
  });

const later = (seconds: number) => {
  world.settings.clock_offset_s += seconds;
};

describe("a device code", () => {
  it("is given as Entra gives it", async () => {
    const { status, body } = await begin();
    expect(status).toBe(200);
    expect(body).toEqual({
      user_code: expect.stringMatching(/^[A-Z2-9]{9}$/),
      device_code: expect.stringMatching(/^[\w-]{80,}$/),
      verification_uri: `${base}/device`,
      expires_in: 900,
      interval: 5,
      message: expect.stringContaining(body.user_code),
    });
  });

  it.each<[string, Record<string, string>, string, number]>([
    ["no client", { client_id: "" }, "organizations", 900144],
    [
      "an unknown client",
      { client_id: "00000000-0000-4000-8000-000000000000" },
      "organizations",
      700016,
    ],
    ["no scope", { scope: "" }, "organizations", 900144],
    ["an unknown tenant", {}, "nowhere.example", 90002],
  ])("is not given for %s", async (_, fields, tenant, code) => {
    const { status, body } = await begin(fields, tenant);
    expect([status, body["error_codes"]]).toEqual([400, [code]]);
  });
});

describe("the device's token", () => {
  it("waits for the person, who picks an account, sees what is asked, and approves", async () => {
    const { body } = await begin();
    expect(await poll(body.device_code)).toMatchObject({
      status: 400,
      error: "authorization_pending",
      aadsts: 70016,
    });
    expect(await browse("")).toContain("Enter code to allow access");
    expect(await browse(body.user_code)).toContain("Pick an account");
    const asked = await browse(body.user_code.toLowerCase(), {
      sandbox_account: "grace@contoso.example",
    });
    expect(asked).toContain("Are you trying to sign in to Sandbox Command Line?");
    expect(await decide(body.user_code, "approve")).toContain("You have signed in");
    later(5);
    const given = await poll(body.device_code);
    expect(given.status).toBe(200);
    const access = decodeJwt(given.access_token ?? "");
    expect(access).toMatchObject({
      appid: PUBLIC_CLIENT_ID,
      appidacr: "0",
      unique_name: "grace@contoso.example",
    });
    expect(decodeJwt(given.id_token ?? "")).toMatchObject({ aud: PUBLIC_CLIENT_ID });
    const renewed = await token({
      grant_type: "refresh_token",
      client_id: PUBLIC_CLIENT_ID,
      client_secret: undefined,
      refresh_token: given.refresh_token,
      scope,
    });
    expect(renewed.status).toBe(200);
    expect(await poll(body.device_code)).toMatchObject({ error: "invalid_grant", aadsts: 54005 });
  });

  it("is another client's secret to keep: neither code nor refresh token serves the application", async () => {
    const { body } = await begin();
    await decide(body.user_code, "approve");
    const foreign = await poll(body.device_code, {
      client_id: CLIENT_ID,
      client_secret: "sandbox-client-secret",
    });
    expect(foreign).toMatchObject({ error: "bad_verification_code" });
    const given = await poll(body.device_code);
    const taken = await token({
      grant_type: "refresh_token",
      refresh_token: given.refresh_token,
      scope,
    });
    expect(taken).toMatchObject({ error: "invalid_grant", aadsts: 70000 });
  });

  it("is put off when it is asked for too often", async () => {
    const { body } = await begin();
    await poll(body.device_code);
    later(2);
    expect(await poll(body.device_code)).toMatchObject({ status: 400, error: "slow_down" });
    later(6);
    expect(await poll(body.device_code)).toMatchObject({ error: "slow_down" });
    later(15);
    expect(await poll(body.device_code)).toMatchObject({ error: "authorization_pending" });
  });

  it("is refused when the person declines", async () => {
    const { body } = await begin();
    expect(await decide(body.user_code, "deny")).toContain("declined");
    expect(await poll(body.device_code)).toMatchObject({
      status: 400,
      error: "authorization_declined",
    });
    expect(await browse(body.user_code)).toContain("That code didn&#39;t work");
  });

  it("is refused after a quarter of an hour, and the code serves no more", async () => {
    const { body } = await begin();
    later(900);
    expect(await decide(body.user_code, "approve")).toContain("work");
    expect(await poll(body.device_code)).toMatchObject({
      status: 400,
      error: "expired_token",
      aadsts: 70020,
    });
  });

  it.each([
    ["a code that was never given", { device_code: "x" }, "bad_verification_code"],
    ["no code", { device_code: "" }, "invalid_request"],
    ["a secret, which a public client has none of", { client_secret: "x" }, "invalid_client"],
  ])("is refused with %s", async (_, fields, error) => {
    const { body } = await begin();
    expect(await poll(body.device_code, fields)).toMatchObject({ error });
  });

  it("takes the application's secret when it is the application's code", async () => {
    const { body } = await begin({ client_id: CLIENT_ID });
    await decide(body.user_code, "approve");
    const bare = await poll(body.device_code, { client_id: CLIENT_ID });
    expect(bare).toMatchObject({ error: "invalid_client", aadsts: 7000218 });
    const secret = "sandbox-client-secret";
    const given = await poll(body.device_code, { client_id: CLIENT_ID, client_secret: secret });
    expect(decodeJwt(given.access_token ?? "")).toMatchObject({ appid: CLIENT_ID, appidacr: "1" });
  });

  it("lets nobody in whom the authority does not admit, and no more than may be consented to", async () => {
    const { body } = await begin({ scope: "Directory.Read.All" }, "contoso.example");
    expect(await decide(body.user_code, "approve", "alan@fabrikam.example")).toContain(
      "AADSTS50020",
    );
    expect(await decide(body.user_code, "approve")).toContain("AADSTS90094");
    expect(await poll(body.device_code)).toMatchObject({ error: "authorization_pending" });
  });

  it("of the client itself is none", async () => {
    const own = await token(
      {
        grant_type: "client_credentials",
        client_id: PUBLIC_CLIENT_ID,
        client_secret: undefined,
        scope: "https://graph.microsoft.com/.default",
      },
      "contoso.example",
    );
    expect(own).toMatchObject({ aadsts: 7000218 });
  });
});
