import { beforeEach, describe, expect, test } from "vitest";
import { clouds } from "../../../src/entra/cloud.ts";
import { proveNotifier } from "../../../src/entra/notification-token.ts";
import { personalTenantId } from "../../../src/entra/tenant.ts";
import { Authority, clientId, contoso, host, now } from "./authority.ts";

const notifier = "0bf30f3b-4a52-48df-9a82-234910c4a086";
const fabrikam = "bbbbbbbb-0000-4000-8000-00000000000b";
const seconds = now / 1000;

let authority: Authority;
let kid: string;
beforeEach(async () => {
  authority = new Authority();
  kid = await authority.addKey();
});

const version1 = { iss: `https://sts.windows.net/${contoso}/`, ver: "1.0", appid: notifier };
const version2 = { azp: notifier };

const tokenOf = (claims: Record<string, unknown>, by = kid) =>
  authority.idToken(by, { nonce: undefined, ...claims });

const prove = (tokens: unknown, more: { tenantId?: string; now?: () => number } = {}) =>
  proveNotifier(tokens, {
    cloud: { ...clouds.global, authorityHost: authority.origin },
    clientId,
    tenantId: contoso,
    fetch: authority.fetch,
    now: () => now,
    timeoutMs: 1_000,
    ...more,
  });

describe("notifications with items", () => {
  test.each([
    ["of version 1.0", version1],
    ["of version 2.0", version2],
    [
      "of version 1.0 of the cloud in China",
      { ...version1, iss: `https://sts.chinacloudapi.cn/${contoso}/` },
    ],
    ["whose notifier is written in capitals", { azp: notifier.toUpperCase() }],
    ["that expired less than five minutes ago", { ...version1, exp: seconds - 290 }],
  ])("are proven by a token %s", async (_, claims) => {
    expect(await prove([await tokenOf(claims)])).toBe("proven");
  });

  test.each<[string, Record<string, unknown>]>([
    ["another application", { ...version1, appid: clientId }],
    ["another authorized party", { azp: "99999999-2222-4333-8444-555555555555" }],
    ["nobody it was issued to", {}],
    [
      "another application though its authorized party is right",
      { appid: clientId, azp: notifier },
    ],
    ["another audience", { ...version1, aud: "99999999-2222-4333-8444-555555555555" }],
    ["the issuer of another tenant", { ...version1, iss: `https://sts.windows.net/${fabrikam}/` }],
    ["an issuer of its own", { ...version1, iss: `https://evil.example/${contoso}/` }],
    ["another tenant", { ...version2, tid: fabrikam, iss: `${host}/${fabrikam}/v2.0` }],
    ["no tenant", { ...version1, tid: undefined }],
    ["a tenant that leads elsewhere", { ...version1, tid: `../${contoso}` }],
    ["no expiry", { ...version1, exp: undefined }],
    ["an expiry more than five minutes ago", { ...version1, exp: seconds - 301 }],
    ["a beginning more than five minutes ahead", { ...version1, nbf: seconds + 301 }],
  ])("are refused with a token of %s", async (_, claims) => {
    expect(await prove([await tokenOf(claims)])).toBe("refused");
  });

  test("are refused with a token that was changed, signed by a key that is not Entra's, or unsigned", async () => {
    const [header, body, signature = ""] = (await tokenOf(version1)).split(".");
    const turned = [...signature].toReversed().join("");
    const unpublished = await tokenOf(version1, authority.unpublishedKid());
    const none = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${body}.`;
    for (const token of [`${header}.${body}.${turned}`, unpublished, none, `${header}.${body}.`]) {
      expect(await prove([token])).toBe("refused");
    }
  });

  test("are refused with a token signed by the key of personal accounts", async () => {
    const personal = await authority.addKey(`${host}/${personalTenantId}/v2.0`);
    expect(await prove([await tokenOf(version1, personal)])).toBe("refused");
  });

  test.each([
    undefined,
    null,
    "token",
    {},
    [],
    [1, null, {}],
    [""],
    ["a.b.c"],
    ["x".repeat(20_000)],
  ])("are refused with %j for tokens", async (tokens) => {
    expect(await prove(tokens)).toBe("refused");
  });

  test("are proven by one token beside others that are wrong", async () => {
    const wrong = await tokenOf({ ...version1, appid: clientId });
    expect(await prove([1, "a.b.c", wrong, await tokenOf(version1)])).toBe("proven");
  });

  test("are looked through for four tokens and no more", async () => {
    const many = Array.from({ length: 4 }, () => "a.b.c");
    expect(await prove([...many, await tokenOf(version1)])).toBe("refused");
  });

  test("are neither proven nor refused while Entra's keys cannot be fetched", async () => {
    const token = await tokenOf(version1);
    authority.keysDown = true;
    expect(await prove([token])).toBe("unavailable");
    authority.keysDown = false;
    expect(await prove([token])).toBe("proven");
    expect(authority.keyFetches).toBe(2);
    authority.keysDown = true;
    expect(await prove([token])).toBe("proven");
  });
});
