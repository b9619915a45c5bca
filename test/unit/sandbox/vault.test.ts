import { beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../../sandbox/constants.ts";
import { createWorld } from "../../sandbox/create-world.ts";
import { createVault } from "../../sandbox/vault/index.ts";

const CONTOSO = "https://contoso-kv.vault.azure.net";
const V = "api-version=7.4";

const world = createWorld();
const vault = createVault(world);
beforeEach(() => world.reset());

const tokenOf = async (user: string, tenantId?: string) =>
  (
    await world.issueAccessToken({
      audience: "vault",
      user,
      tenantId,
      scopes: ["user_impersonation"],
      claimsCapable: true,
    })
  ).token;
const ada = await tokenOf("ada@contoso.example");

interface Body {
  value?: unknown;
  nextLink?: string | null;
  error?: { code: string; message: string; innererror?: { code: string } };
  [member: string]: unknown;
}

async function send(
  method: string,
  path: string,
  options: { token?: string; base?: string; body?: unknown } = {},
) {
  const { token = ada, base = CONTOSO, body } = options;
  const response = await vault.request(
    path.startsWith(base) ? path.slice(base.length) : path,
    {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    },
    { base },
  );
  const text = await response.text();
  const parsed: Body = text ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, body: parsed };
}

describe("the vault's door", () => {
  it("challenges a request without a token, before all else", async () => {
    const { status, headers, body } = await send("GET", "/secrets/a/?api%2Dversion=2025-07-01", {
      token: "",
    });
    expect([status, body.error?.code]).toEqual([401, "Unauthorized"]);
    expect(headers.get("www-authenticate")).toBe(
      `Bearer authorization="https://login.microsoftonline.com/${CONTOSO_TENANT}", resource="https://vault.azure.net"`,
    );
  });

  it("sends a token of another tenant to the vault's own, at either address", async () => {
    const addresses = [
      "https://fabrikam-kv.vault.azure.net",
      "http://localhost:8788/vault/fabrikam-kv",
    ];
    for (const base of addresses) {
      const { status, headers } = await send("GET", `/secrets?${V}`, { base });
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toContain(FABRIKAM_TENANT);
    }
  });

  it("sends claims to the bearer of a revoked token", async () => {
    world.revocations.add({
      upn: "ada@contoso.example",
      audience: "vault",
      time: world.now(),
      tick: world.tick(),
    });
    const { status, headers } = await send("GET", `/secrets?${V}`);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toMatch(
      /^Bearer realm="", authorization_uri="[^"]+", error="insufficient_claims", claims="[^"]+"$/,
    );
  });

  it("needs a data role; a reader of the subscription has none", async () => {
    const token = await tokenOf("grace@contoso.example");
    const { status, body } = await send("GET", `/secrets?${V}`, { token });
    expect(status).toBe(403);
    expect(body.error).toMatchObject({
      code: "Forbidden",
      innererror: { code: "ForbiddenByRbac" },
    });
  });

  it("lets an application read but not write", async () => {
    const { token } = await world.issueAccessToken({ audience: "vault", tenantId: CONTOSO_TENANT });
    expect((await send("GET", `/secrets/smtp-password?${V}`, { token })).status).toBe(200);
    const body = { value: "x" };
    expect((await send("PUT", `/secrets/new?${V}`, { token, body })).status).toBe(403);
  });

  it.each(["", "?api-version=6.0"])("needs a version it knows: %j", async (query) => {
    const { status, body } = await send("GET", `/secrets${query}`);
    expect([status, body.error?.code]).toEqual([400, "BadParameter"]);
  });
});

describe("secrets", () => {
  it("are listed without values, 25 to a page", async () => {
    const first = await send("GET", `/secrets?${V}`);
    expect(first.body.value).toHaveLength(25);
    expect(JSON.stringify(first.body)).not.toContain("battery-staple");
    const second = await send("GET", first.body.nextLink ?? "");
    expect(second.body.value).toHaveLength(5);
    expect(second.body.nextLink).toBeNull();
    expect((await send("GET", `/secrets?${V}&maxresults=26`)).status).toBe(400);
  });

  it("link their pages at the address they were asked at", async () => {
    const base = "http://localhost:8788/vault/contoso-kv";
    const { body } = await send("GET", `/secrets?${V}&maxresults=3`, { base });
    expect(body.nextLink).toMatch(/^http:\/\/localhost:8788\/vault\/contoso-kv\/secrets\?/);
  });

  it("are set, read by version and updated without showing the value", async () => {
    const one = await send("PUT", `/secrets/Key?${V}`, { body: { value: "1", tags: { a: "b" } } });
    const two = await send("PUT", `/secrets/key?${V}`, { body: { value: "2" } });
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.body["id"]).toMatch(
      /^https:\/\/contoso-kv\.vault\.azure\.net\/secrets\/Key\/[\da-f]{32}$/,
    );
    const version = String(one.body["id"]).split("/").at(-1);
    expect((await send("GET", `/secrets/KEY/?${V}`)).body.value).toBe("2");
    expect((await send("GET", `/secrets/key/${version}?${V}`)).body).toMatchObject({
      value: "1",
      tags: { a: "b" },
      attributes: { enabled: true, recoverableDays: 90 },
    });
    expect((await send("GET", `/secrets/key/versions?${V}`)).body.value).toHaveLength(2);
    const updated = await send("PATCH", `/secrets/key/${version}?${V}`, {
      body: { attributes: { enabled: false } },
    });
    expect(updated.status).toBe(200);
    expect(updated.body).not.toHaveProperty("value");
    const disabled = await send("GET", `/secrets/key/${version}?${V}`);
    expect(disabled).toMatchObject({
      status: 403,
      body: { error: { code: "Forbidden", innererror: { code: "SecretDisabled" } } },
    });
  });

  it("keep their name when deleted, until recovered or purged", async () => {
    const path = `/secrets/smtp-password?${V}`;
    const deleted = await send("DELETE", path);
    expect(deleted.status).toBe(200);
    const { recoveryId, deletedDate, scheduledPurgeDate } = deleted.body;
    expect(recoveryId).toBe(`${CONTOSO}/deletedsecrets/smtp-password`);
    expect(Number(scheduledPurgeDate) - Number(deletedDate)).toBe(90 * 86_400);
    expect((await send("GET", path)).body.error?.code).toBe("SecretNotFound");
    expect((await send("PUT", path, { body: { value: "x" } })).status).toBe(409);
    expect((await send("GET", `/deletedsecrets?${V}`)).body.value).toHaveLength(1);
    const recovered = await send("POST", `/deletedsecrets/smtp-password/recover?${V}`);
    expect(recovered.status).toBe(200);
    expect((await send("GET", path)).body.value).toBe("sandbox-smtp-password");
    await send("DELETE", path);
    expect((await send("DELETE", `/deletedsecrets/smtp-password?${V}`)).status).toBe(204);
    expect((await send("PUT", path, { body: { value: "x" } })).status).toBe(200);
  });

  it.each([
    ["PUT", "/secrets/bad_name", { value: "x" }, 400, "BadParameter"],
    ["PUT", "/secrets/good-name", {}, 400, "BadParameter"],
    ["GET", "/secrets/absent", undefined, 404, "SecretNotFound"],
    ["DELETE", "/secrets", undefined, 405, "MethodNotAllowed"],
    ["GET", "/keys", undefined, 404, "NotFound"],
  ])("%s %s is refused", async (method, path, body, status, code) => {
    const said = await send(method, `${path}?${V}`, { body });
    expect([said.status, said.body.error?.code]).toEqual([status, code]);
  });

  it.each([
    ["GET", "/secrets/bad_name"],
    ["GET", "/secrets/bad.name/versions"],
    ["GET", `/secrets/${"a".repeat(128)}`],
    ["PUT", "/secrets/n%C3%A4me"],
    ["PUT", "/secrets/a%20b"],
    ["PATCH", "/secrets/bad_name/0123456789abcdef0123456789abcdef"],
    ["DELETE", "/secrets/bad%2Fname"],
    ["GET", "/deletedsecrets/bad_name"],
    ["POST", "/deletedsecrets/bad_name/recover"],
  ])("%s %s has no legal name", async (method, path) => {
    const body = method === "GET" || method === "DELETE" ? undefined : { value: "x" };
    const said = await send(method, `${path}?${V}`, { body });
    expect([said.status, said.body.error?.code]).toEqual([400, "BadParameter"]);
    expect(said.body.error?.message).toMatch(/^The request URI contains an invalid name: /);
  });

  it.each(["a", "0", "-", "A-9", "a".repeat(127)])("%s is one", async (name) => {
    expect((await send("PUT", `/secrets/${name}?${V}`, { body: { value: "x" } })).status).toBe(200);
  });

  const tags = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, "x"]));

  it.each<[what: string, content: object]>([
    ["a value over 25 KB", { value: "v".repeat(25_601) }],
    ["a value over 25 KB in bytes", { value: "é".repeat(12_801) }],
    ["16 tags", { tags: tags(16) }],
    ["a tag's name over 256", { tags: { ["n".repeat(257)]: "x" } }],
    ["a tag's value over 256", { tags: { a: "1", b: "v".repeat(257) } }],
    ["a content type over 255", { contentType: "t".repeat(256) }],
  ])("are refused with %s, set or updated", async (_, content) => {
    const path = `/secrets/smtp-password?${V}`;
    const set = await send("PUT", path, { body: { value: "x", ...content } });
    expect([set.status, set.body.error?.code]).toEqual([400, "BadParameter"]);
    expect(set.body.error?.message).toBe("Property has invalid value\r\n");
    // An update has no value to refuse.
    const updated = await send("PATCH", path, { body: content });
    expect(updated.status).toBe("value" in content ? 200 : 400);
    expect((await send("GET", path)).body.value).toBe("sandbox-smtp-password");
  });

  it.each<[what: string, content: object]>([
    ["25 KB", { value: "v".repeat(25_600) }],
    ["25 KB in bytes", { value: "é".repeat(12_800) }],
    ["15 tags of 256", { tags: { ...tags(14), ["n".repeat(256)]: "v".repeat(256) } }],
    ["a content type of 255", { contentType: "t".repeat(255) }],
  ])("may have %s", async (_, content) => {
    const body = { value: "x", ...content };
    expect((await send("PUT", `/secrets/large?${V}`, { body })).status).toBe(200);
  });

  it.each(["0", "26", "-1", "ten", "2.5", "1e1", "", "%20", "100000000000000000000"])(
    "are listed for no maxresults of %j",
    async (asked) => {
      for (const list of ["/secrets", "/secrets/smtp-password/versions", "/deletedsecrets"]) {
        const said = await send("GET", `${list}?${V}&maxresults=${asked}`);
        expect([said.status, said.body.error?.code]).toEqual([400, "BadParameter"]);
      }
    },
  );

  it.each([1, 25])("are listed for a maxresults of %d", async (asked) => {
    const said = await send("GET", `/secrets?${V}&maxresults=${asked}`);
    expect(said.body.value).toHaveLength(asked);
  });

  it.each([
    ["/SECRETS?API-VERSION=7.4&MaxResults=3", 3],
    ["/secrets/?Api-Version=7.4&maxresults=4", 4],
    ["/Secrets//?api%2Dversion=7.4&MAXRESULTS=5", 5],
    ["/secrets/smtp-password/VERSIONS/?API-version=7.4", 1],
    ["/DeletedSecrets/?api-version=7.4", 0],
  ])("are found at %s", async (path, found) => {
    const said = await send("GET", path);
    expect(said.status).toBe(200);
    expect(said.body.value).toHaveLength(found);
  });

  it("link their next page whatever the case of the request", async () => {
    const first = await send("GET", "/SECRETS/?API-VERSION=7.4&MAXRESULTS=20");
    const second = await send("GET", first.body.nextLink ?? "");
    expect([second.status, second.body.nextLink]).toEqual([200, null]);
    expect(second.body.value).toHaveLength(10);
  });
});
