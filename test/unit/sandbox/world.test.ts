import { decodeJwt, jwtVerify } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { createWorld } from "../../sandbox/create-world.ts";
import type { AccessTokenRequest, SandboxWorld } from "../../sandbox/create-world.ts";
import { defaultSettings, lifetimeOf } from "../../sandbox/settings.ts";
import type { Audience } from "../../sandbox/world.ts";

let world: SandboxWorld;
beforeEach(() => {
  world = createWorld();
});

const ada: AccessTokenRequest = {
  audience: "graph",
  user: "ada@contoso.example",
  scopes: ["User.Read"],
};
const issue = async (request: Partial<AccessTokenRequest> = {}) =>
  (await world.issueAccessToken({ ...ada, ...request })).token;
const present = (token: string, audience: Audience = "graph") => {
  const headers = { authorization: `Bearer ${token}` };
  return world.authenticate(new Request("https://service.example/", { headers }), audience);
};
const revoke = (audience?: Audience) =>
  world.revocations.add({
    upn: "ada@contoso.example",
    ...(audience ? { audience } : {}),
    tick: world.tick(),
    time: world.now(),
  });

describe("a bearer token", () => {
  test("says who calls and with which permissions", async () => {
    const seen = await present(await issue({ claimsCapable: true }));
    expect(seen).toMatchObject({
      ok: true,
      caller: {
        kind: "user",
        tenantId: CONTOSO_TENANT,
        scopes: new Set(["User.Read"]),
        roles: new Set(),
        claimsCapable: true,
      },
    });
  });

  test("of the application itself carries roles and no user", async () => {
    const token = await issue({
      user: undefined,
      tenantId: CONTOSO_TENANT,
      scopes: [],
      roles: ["Mail.Read"],
    });
    const seen = await present(token);
    expect(seen).toMatchObject({
      ok: true,
      caller: { kind: "app", roles: new Set(["Mail.Read"]) },
    });
    expect(decodeJwt(token)).not.toHaveProperty("scp");
  });

  test("of a guest names the object id of the tenant it is for", async () => {
    const token = await issue({ user: "lin@fabrikam.example", tenantId: CONTOSO_TENANT });
    expect(decodeJwt(token)).toMatchObject({
      tid: CONTOSO_TENANT,
      oid: "aaaaaaaa-2222-4000-8000-000000000003",
    });
  });

  test("for Graph cannot be verified by anyone else", async () => {
    const { publicKey } = await world.signingKey();
    const verified = (token: string) =>
      jwtVerify(token, publicKey).then(
        () => true,
        () => false,
      );
    expect(await verified(await issue())).toBe(false);
    expect(await verified(await issue({ audience: "arm" }))).toBe(true);
  });

  test("is refused for the reason it is wrong for", async () => {
    const token = await issue();
    const nobody = new Request("https://service.example/");
    expect(await world.authenticate(nobody, "graph")).toEqual({ ok: false, fault: "missing" });
    expect(await present("abc")).toEqual({ ok: false, fault: "malformed" });
    expect(await present(`${token.slice(0, -4)}AAAA`)).toEqual({ ok: false, fault: "malformed" });
    expect(await present(token, "arm")).toMatchObject({
      fault: "audience",
      audience: "https://graph.microsoft.com",
    });
    world.settings.clock_offset_s = 3601;
    expect(await present(token)).toMatchObject({ fault: "expired" });
  });
});

describe("a revocation", () => {
  test("ends the tokens issued before it and none issued after, within one second", async () => {
    const before = await issue();
    revoke();
    expect(await present(before)).toMatchObject({ ok: false, fault: "revoked" });
    expect(await present(await issue())).toMatchObject({ ok: true });
  });

  test("of one resource leaves the others alone", async () => {
    const graph = await issue();
    const arm = await issue({ audience: "arm" });
    revoke("graph");
    expect(await present(graph)).toMatchObject({ fault: "revoked" });
    expect(await present(arm, "arm")).toMatchObject({ ok: true });
  });

  test("challenges only a client that said it answers challenges", async () => {
    const capable = await issue({ claimsCapable: true });
    const plain = await issue();
    revoke("graph");
    const challenged = await present(capable);
    expect("claims" in challenged && atob(challenged.claims ?? "")).toMatch(
      /^{"access_token":{"nbf":{"essential":true,"value":"\d+"}}}$/,
    );
    expect(await present(plain)).not.toHaveProperty("claims");
  });

  test("is forgotten by a reset", async () => {
    const token = await issue();
    revoke();
    world.reset();
    expect(await present(token)).toMatchObject({ ok: true });
  });
});

describe("the lifetime of an access token", () => {
  const cases: [settings: object, capable: boolean, expected: object][] = [
    [{}, true, { expiresIn: 3599, refreshIn: undefined }],
    [{ cae: true }, true, { expiresIn: 86_400, refreshIn: 43_200 }],
    [{ cae: true }, false, { expiresIn: 3599, refreshIn: undefined }],
    [{ cae: true, access_token_lifetime_s: 5 }, true, { expiresIn: 5, refreshIn: undefined }],
    [{ access_token_lifetime_s: 5, refresh_in_s: 2 }, false, { expiresIn: 5, refreshIn: 2 }],
  ];
  test.each(cases)("with %j, claims-capable %s", (settings, capable, expected) => {
    expect(lifetimeOf({ ...defaultSettings, ...settings }, capable)).toEqual(expected);
  });
});
