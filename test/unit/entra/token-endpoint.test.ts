import { beforeEach, describe, expect, it } from "vitest";
import {
  Authority,
  capability,
  clientId,
  contoso,
  failureOf,
  host,
  objectId,
  redemption,
  tokens,
} from "./authority.ts";

let authority: Authority;
beforeEach(() => {
  authority = new Authority();
});

describe("redeemCode", () => {
  it("redeems the code with its verifier and gives the tokens and who signed in", async () => {
    const kid = await authority.addKey();
    authority.reply(
      Response.json(tokens({ id_token: await authority.idToken(kid), refresh_in: "1800" }), {
        headers: { "x-ms-request-id": "cccccccc-0000-4000-8000-000000000002" },
      }),
    );
    const result = await authority.endpoint().redeemCode(redemption());
    expect(result).toEqual({
      ok: true,
      value: {
        accessToken: "the-access-token",
        expiresInSeconds: 3599,
        refreshInSeconds: 1800,
        scopes: ["User.Read", "Mail.Read", "profile", "openid", "email"],
        refreshToken: "the-refresh-token",
        idToken: {
          tenantId: contoso,
          objectId,
          upn: "ada@contoso.example",
          name: "Ada Lovelace",
          loginHint: "O.hint",
        },
        requestId: "cccccccc-0000-4000-8000-000000000002",
      },
    });
    const [sent] = authority.sent;
    expect(sent?.url).toBe(`${host}/common/oauth2/v2.0/token`);
    expect(Object.fromEntries(sent?.form ?? [])).toEqual({
      grant_type: "authorization_code",
      client_id: clientId,
      client_secret: "s3cr3t",
      code: "the-code",
      code_verifier: "the-verifier-the-verifier-the-verifier-the-verifier",
      redirect_uri: "https://azure.example/callback",
      scope: "User.Read Mail.Read openid profile offline_access",
      claims: capability,
      client_info: "1",
    });
  });

  it("says where the account of a guest lives", async () => {
    const kid = await authority.addKey();
    const home = {
      uid: "BBBBBBBB-2222-4000-8000-000000000001",
      utid: "bbbbbbbb-0000-4000-8000-00000000000b",
    };
    const clientInfo = Buffer.from(JSON.stringify(home)).toString("base64url");
    authority.reply(
      Response.json(tokens({ id_token: await authority.idToken(kid), client_info: clientInfo })),
    );
    expect(await authority.endpoint().redeemCode(redemption())).toMatchObject({
      ok: true,
      value: { homeAccount: `${home.uid}@${home.utid}`.toLowerCase() },
    });
  });

  it("verifies who signed in whatever stands beside the id_token", async () => {
    const kid = await authority.addKey();
    const odd = { expires_in: "3599", scope: ["User.Read"], refresh_in: [], client_info: 7, x: {} };
    authority.reply(Response.json(tokens({ id_token: await authority.idToken(kid), ...odd })));
    expect(await authority.endpoint().redeemCode(redemption())).toMatchObject({
      ok: true,
      value: { idToken: { objectId }, scopes: ["User.Read", "Mail.Read"] },
    });
  });

  it.each([
    ["of a wrong type", ["the-refresh-token"]],
    ["of a number", 7],
    ["with a line break", "the-refresh\r\n-token"],
  ])("refuses an answer with a refresh token %s: there is no older one", async (_what, odd) => {
    const kid = await authority.addKey();
    const idToken = await authority.idToken(kid);
    authority.reply(Response.json(tokens({ id_token: idToken, refresh_token: odd })));
    expect(failureOf(await authority.endpoint().redeemCode(redemption()))).toMatchObject({
      code: "invalid_response",
      disposition: { action: "retry", latch: "none" },
    });
  });

  it("sends nothing when the callback is an error, and says what it means", async () => {
    const response = new URLSearchParams({
      error: "access_denied",
      error_subcode: "cancel",
      error_description: "AADSTS65004: prose naming s3cr3t",
      state: "the-state",
    });
    const failure = failureOf(await authority.endpoint().redeemCode(redemption({ response })));
    expect(failure).toMatchObject({
      code: "access_denied",
      codes: [65004],
      suberror: "cancel",
      disposition: { action: "consent", aadsts: 65004 },
    });
    expect(authority.sent).toEqual([]);
  });

  it.each([
    ["another state", { code: "c", state: "other" }],
    ["no state", { code: "c" }],
    ["no code", { state: "the-state" }],
  ])("sends nothing for a callback with %s", async (_what, parameters: Record<string, string>) => {
    const response = new URLSearchParams(parameters);
    const failure = failureOf(await authority.endpoint().redeemCode(redemption({ response })));
    expect(failure).toMatchObject({ code: "invalid_callback", disposition: { action: "sign_in" } });
    expect(authority.sent).toEqual([]);
  });

  it("sends nothing for a callback with two codes", async () => {
    const response = new URLSearchParams("code=a&code=b&state=the-state");
    expect(failureOf(await authority.endpoint().redeemCode(redemption({ response }))).code).toBe(
      "invalid_callback",
    );
    expect(authority.sent).toEqual([]);
  });

  it("gives no token without an id_token", async () => {
    authority.reply(Response.json(tokens()));
    expect(failureOf(await authority.endpoint().redeemCode(redemption())).code).toBe(
      "id_token_invalid",
    );
  });
});

describe("clientCredentials", () => {
  it("asks for .default and takes an answer without scope and refresh token", async () => {
    authority.reply(
      Response.json({ token_type: "Bearer", expires_in: 3599, access_token: "the-access-token" }),
    );
    const scopes = ["https://graph.microsoft.com/.default"];
    expect(await authority.endpoint().clientCredentials({ tenant: contoso, scopes })).toEqual({
      ok: true,
      value: { accessToken: "the-access-token", expiresInSeconds: 3599, scopes },
    });
    expect(Object.fromEntries(authority.sent[0]?.form ?? [])).toEqual({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: "s3cr3t",
      scope: "https://graph.microsoft.com/.default",
      claims: capability,
    });
  });
});
