import { beforeEach, describe, expect, it, vi } from "vitest";
import { personalTenantId } from "../../../src/entra/tenant.ts";
import type { TokenEndpointOptions } from "../../../src/entra/token-endpoint.ts";
import { Authority, clientId, contoso, host, now, redemption, tokens } from "./authority.ts";

let authority: Authority;
let kid: string;
beforeEach(async () => {
  authority = new Authority();
  kid = await authority.addKey();
});

const seconds = now / 1000;
const fabrikam = "bbbbbbbb-0000-4000-8000-00000000000b";
const issuerOf = (tenant: string) => `${host}/${tenant}/v2.0`;

async function signIn(
  idToken: string,
  more: Parameters<typeof redemption>[0] = {},
  options: Partial<TokenEndpointOptions> = {},
): Promise<string> {
  authority.reply(Response.json(tokens({ id_token: idToken })));
  const result = await authority.endpoint(options).redeemCode(redemption(more));
  if (result.ok) return "accepted";
  expect(JSON.stringify(result.error)).not.toContain(idToken.slice(0, 20));
  expect(result.error.disposition).toMatchObject({ latch: "none" });
  return result.error.code;
}

describe("an id_token", () => {
  it("is accepted when everything fits", async () => {
    expect(await signIn(await authority.idToken(kid))).toBe("accepted");
  });

  it.each<[string, Record<string, unknown>]>([
    ["another nonce", { nonce: "other" }],
    ["no nonce", { nonce: undefined }],
    ["another audience", { aud: "99999999-2222-4333-8444-555555555555" }],
    ["several audiences and no authorized party", { aud: [clientId, "other"] }],
    ["the issuer of another tenant", { iss: issuerOf(fabrikam) }],
    ["the issuer of another host", { iss: `https://evil.example/${contoso}/v2.0` }],
    ["a v1 issuer", { iss: `https://sts.windows.net/${contoso}/` }],
    ["a tenant that is no GUID", { tid: "contoso.example", iss: issuerOf("contoso.example") }],
    ["a tenant that leads elsewhere", { tid: `../${contoso}`, iss: issuerOf(`../${contoso}`) }],
    ["no tenant", { tid: undefined }],
    ["no object id", { oid: undefined }],
    ["no subject", { sub: undefined }],
    ["no expiry", { exp: undefined }],
    ["an expiry more than five minutes ago", { exp: seconds - 301 }],
    ["a beginning more than five minutes ahead", { nbf: seconds + 301 }],
  ])("is refused with %s", async (_what, claims) => {
    expect(await signIn(await authority.idToken(kid, claims))).toBe("id_token_invalid");
  });

  it.each<[string, Record<string, unknown>]>([
    ["an expiry less than five minutes ago", { exp: seconds - 290 }],
    ["a beginning less than five minutes ahead", { nbf: seconds + 290, iat: seconds + 290 }],
  ])("is accepted with %s", async (_what, claims) => {
    expect(await signIn(await authority.idToken(kid, claims))).toBe("accepted");
  });

  it("is accepted though another object died while it imported the same key", async () => {
    expect(await signIn(await authority.idToken(kid))).toBe("accepted");
    const idToken = await authority.idToken(kid);
    const importKey = vi.spyOn(crypto.subtle, "importKey");
    importKey.mockReturnValueOnce(new Promise(() => {}));
    authority.reply(Response.json(tokens({ id_token: idToken })));
    void authority.endpoint().redeemCode(redemption());
    await vi.waitFor(() => expect(importKey).toHaveBeenCalled());
    expect(await signIn(idToken)).toBe("accepted");
    importKey.mockRestore();
  });

  it("is measured by the injected clock", async () => {
    const idToken = await authority.idToken(kid);
    const later = { now: () => now + 3_600_000 + 301_000 };
    expect(await signIn(idToken, {}, later)).toBe("id_token_invalid");
  });

  it("is refused when it was altered", async () => {
    const [header, payload = "", signature] = (await authority.idToken(kid)).split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const altered = Buffer.from(JSON.stringify({ ...claims, oid: fabrikam })).toString("base64url");
    expect(await signIn(`${header}.${altered}.${signature}`)).toBe("id_token_invalid");
  });

  it("is refused when a stranger signed it under a known key id", async () => {
    const stranger = new Authority();
    const strangerKid = await stranger.addKey();
    const forged = await stranger.idToken(strangerKid);
    const [, payload, signature] = forged.split(".");
    const header = Buffer.from(JSON.stringify({ alg: "RS256", kid, typ: "JWT" })).toString(
      "base64url",
    );
    expect(await signIn(`${header}.${payload}.${signature}`)).toBe("id_token_invalid");
    expect(await signIn(forged)).toBe("id_token_invalid");
  });

  it.each(["none", "HS256", "PS256"])("is refused with the algorithm %s", async (alg) => {
    const [, payload, signature] = (await authority.idToken(kid)).split(".");
    const header = Buffer.from(JSON.stringify({ alg, kid })).toString("base64url");
    const idToken = `${header}.${payload}.${alg === "none" ? "" : signature}`;
    expect(await signIn(idToken)).toBe("id_token_invalid");
  });

  it.each(["", "x", "a.b.c", "{}"])("is refused when it is %j", async (idToken) => {
    authority.reply(Response.json(tokens({ id_token: idToken })));
    const result = await authority.endpoint().redeemCode(redemption());
    expect(result).toMatchObject({ ok: false, error: { code: "id_token_invalid" } });
  });
});

describe("the tenant asked for", () => {
  const personal = { tid: personalTenantId, iss: issuerOf(personalTenantId) };

  it.each([
    ["common", {}, "accepted"],
    ["common", personal, "accepted"],
    ["organizations", {}, "accepted"],
    ["organizations", personal, "wrong_tenant"],
    ["consumers", personal, "accepted"],
    ["consumers", {}, "wrong_tenant"],
    [contoso, {}, "accepted"],
    [contoso.toUpperCase(), {}, "accepted"],
    [fabrikam, {}, "wrong_tenant"],
    [contoso, personal, "wrong_tenant"],
  ])("%s and claims %j: %s", async (expectedTenant, claims, outcome) => {
    const idToken = await authority.idToken(kid, claims);
    expect(await signIn(idToken, { expectedTenant })).toBe(outcome);
  });
});

describe("the key that signed", () => {
  it("of personal accounts vouches for them alone", async () => {
    const personalKid = await authority.addKey(issuerOf(personalTenantId));
    const personal = { tid: personalTenantId, iss: issuerOf(personalTenantId) };
    expect(await signIn(await authority.idToken(personalKid, personal))).toBe("accepted");
    expect(await signIn(await authority.idToken(personalKid))).toBe("id_token_invalid");
  });

  it("of one tenant vouches for no other", async () => {
    const tenantKid = await authority.addKey(issuerOf(fabrikam));
    expect(await signIn(await authority.idToken(tenantKid))).toBe("id_token_invalid");
  });

  it("may leave its issuer unsaid", async () => {
    const plainKid = await authority.addKey("");
    expect(await signIn(await authority.idToken(plainKid))).toBe("accepted");
  });

  it("is fetched once a day, and at once when it is new", async () => {
    const idToken = await authority.idToken(kid);
    await signIn(idToken);
    expect(await signIn(idToken)).toBe("accepted");
    expect(authority.keyFetches).toBe(1);

    const rotated = await authority.addKey();
    expect(await signIn(await authority.idToken(rotated))).toBe("accepted");
    expect(authority.keyFetches).toBe(2);

    const tomorrow = now + 86_400_000;
    const fresh = await authority.idToken(kid, { exp: tomorrow / 1000 + 3600 });
    expect(await signIn(fresh, {}, { now: () => tomorrow })).toBe("accepted");
    expect(authority.keyFetches).toBe(3);
  });

  it("serves on while the key set cannot be fetched", async () => {
    await signIn(await authority.idToken(kid));
    authority.keysDown = true;
    const tomorrow = now + 86_400_000;
    const fresh = await authority.idToken(kid, { exp: tomorrow / 1000 + 3600 });
    expect(await signIn(fresh, {}, { now: () => tomorrow })).toBe("accepted");
  });

  it("is unknown when it is new and the key set cannot be fetched: nobody is blamed", async () => {
    authority.keysDown = true;
    expect(await signIn(await authority.idToken(kid))).toBe("network");
  });
});

describe("a key of the application's own", () => {
  const own = { tenant: contoso };

  it("is found in the application's set, when the cloud's lacks it", async () => {
    const ownKid = await authority.addKey(undefined, own);
    expect(await signIn(await authority.idToken(ownKid))).toBe("accepted");
    expect([authority.keyFetches, authority.applicationKeyFetches]).toEqual([1, [contoso]]);
  });

  it("is not looked for while the cloud's key signs", async () => {
    await authority.addKey(undefined, own);
    expect(await signIn(await authority.idToken(kid))).toBe("accepted");
    expect(authority.applicationKeyFetches).toEqual([]);
  });

  it("is kept for a day, without asking for the cloud's set again", async () => {
    const ownKid = await authority.addKey(undefined, own);
    for (const minutes of [0, 6, 60, 23 * 60]) {
      const later = now + minutes * 60_000;
      const idToken = await authority.idToken(ownKid, { exp: later / 1_000 + 3_600 });
      expect(await signIn(idToken, {}, { now: () => later })).toBe("accepted");
    }
    expect([authority.keyFetches, authority.applicationKeyFetches]).toEqual([1, [contoso]]);
    const tomorrow = now + 86_400_000;
    const fresh = await authority.idToken(ownKid, { exp: tomorrow / 1_000 + 3_600 });
    expect(await signIn(fresh, {}, { now: () => tomorrow })).toBe("accepted");
    expect(authority.applicationKeyFetches).toEqual([contoso, contoso]);
  });

  it("serves on while no set can be fetched", async () => {
    const ownKid = await authority.addKey(undefined, own);
    await signIn(await authority.idToken(ownKid));
    authority.keysDown = true;
    const tomorrow = now + 86_400_000;
    const fresh = await authority.idToken(ownKid, { exp: tomorrow / 1_000 + 3_600 });
    expect(await signIn(fresh, {}, { now: () => tomorrow })).toBe("accepted");
  });

  it("of one tenant vouches for no other, even where it does not name its issuer", async () => {
    const foreign = await authority.addKey("", { tenant: fabrikam });
    expect(await signIn(await authority.idToken(foreign))).toBe("id_token_invalid");
    const there = { tid: fabrikam, iss: issuerOf(fabrikam) };
    expect(await signIn(await authority.idToken(foreign, there))).toBe("accepted");
  });

  it("is asked for by the tenant's id in lower case: one tenant has one set", async () => {
    const ownKid = await authority.addKey(undefined, own);
    const shouted = { tid: contoso.toUpperCase(), iss: issuerOf(contoso.toUpperCase()) };
    await signIn(await authority.idToken(ownKid, shouted));
    await signIn(await authority.idToken(ownKid));
    expect(authority.applicationKeyFetches).toEqual([contoso]);
  });
});

describe("a key that nobody publishes", () => {
  it("is looked for once in five minutes, and found once it is published", async () => {
    const strange = await authority.addKey();
    const [key] = authority.keys.splice(-1);
    const idToken = await authority.idToken(strange);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await signIn(idToken)).toBe("id_token_invalid");
    }
    expect([authority.keyFetches, authority.applicationKeyFetches]).toEqual([1, [contoso]]);
    if (key !== undefined) authority.keys.push(key);
    const later = { now: () => now + 300_000 };
    expect(await signIn(idToken, {}, later)).toBe("accepted");
    expect(authority.keyFetches).toBe(2);
  });

  it("does not keep another new one from being found", async () => {
    expect(await signIn(await authority.idToken(authority.unpublishedKid()))).toBe(
      "id_token_invalid",
    );
    const rotated = await authority.addKey();
    expect(await signIn(await authority.idToken(rotated))).toBe("accepted");
  });

  it("costs a bounded number of fetches, however many there are", async () => {
    for (let attempt = 0; attempt < 25; attempt += 1) {
      expect(await signIn(await authority.idToken(authority.unpublishedKid()))).toBe(
        "id_token_invalid",
      );
    }
    expect(authority.keyFetches).toBeLessThanOrEqual(11);
    expect(authority.applicationKeyFetches.length).toBeLessThanOrEqual(11);
    expect(await signIn(await authority.idToken(kid))).toBe("accepted");
  });
});
