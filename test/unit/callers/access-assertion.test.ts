import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { personOfAccess } from "../../../src/callers/access-assertion.ts";

const now = Date.parse("2026-11-29T08:00:00Z");
const team = `https://team-${crypto.randomUUID()}.cloudflareaccess.com`;
const config = { team, audience: "4714c1358e65fe4b" };

let ours: CryptoKey;
let theirs: CryptoKey;
let keys: object;
const asked: string[] = [];

beforeAll(async () => {
  const [own, other] = await Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);
  ours = own.privateKey;
  theirs = other.privateKey;
  keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: "one", alg: "RS256" }] };
});

const tools = {
  fetch: (request: Request): Promise<Response> => {
    asked.push(request.url);
    return Promise.resolve(Response.json(keys));
  },
  now: () => now,
};

interface Assertion {
  claims?: object;
  key?: CryptoKey;
  kid?: string;
  issuer?: string;
  audience?: string;
  /** Seconds from now. */
  ends?: number;
}

const assertion = ({
  claims = { email: "ada@contoso.example" },
  key = ours,
  kid = "one",
  issuer = team,
  audience = config.audience,
  ends = 60,
}: Assertion = {}): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: "RS256", kid })
    .setIssuer(issuer)
    .setAudience([audience])
    .setIssuedAt(now / 1_000 - 10)
    .setExpirationTime(now / 1_000 + ends)
    .sign(key);

const nobody = { ok: false, error: { code: "unauthenticated" } };

describe("whom Cloudflare Access let through", () => {
  test("is known by the mail address of an assertion that the team signed", async () => {
    const person = await personOfAccess(await assertion(), config, tools);
    expect(person).toEqual({ ok: true, value: "ada@contoso.example" });
    expect(new Set(asked)).toEqual(new Set([`${team}/cdn-cgi/access/certs`]));
  });

  test.each<[string, () => Assertion]>([
    ["is signed by another key", () => ({ key: theirs })],
    ["names a key that the team has not", () => ({ kid: "two" })],
    ["is for another application", () => ({ audience: "other" })],
    ["is of another team", () => ({ issuer: "https://evil.cloudflareaccess.com" })],
    ["is over", () => ({ ends: -1 })],
    ["is a service's", () => ({ claims: { common_name: "robot" } })],
    ["has no name", () => ({ claims: { email: "" } })],
  ])("is nobody where the assertion %s", async (_, change) => {
    expect(await personOfAccess(await assertion(change()), config, tools)).toMatchObject(nobody);
  });

  test.each(["", "nonsense", "e30.e30.", "a.b.c"])("is nobody for %s", async (text) => {
    expect(await personOfAccess(text, config, tools)).toMatchObject(nobody);
  });

  test("is not known while the team's keys cannot be had", async () => {
    const away = { ...config, team: `https://away-${crypto.randomUUID()}.cloudflareaccess.com` };
    const failing = { ...tools, fetch: () => Promise.resolve(new Response("", { status: 503 })) };
    const person = await personOfAccess(await assertion({ issuer: away.team }), away, failing);
    expect(person).toMatchObject({ ok: false, error: { code: "upstream_unavailable" } });
  });
});
