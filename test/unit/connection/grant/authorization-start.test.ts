import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../../src/config/config.ts";
import { checkStart } from "../../../../src/connection/grant/authorization-start.ts";
import { mostResources } from "../../../../src/connection/policy/resource-limit.ts";
import type { BeginAuthorization } from "../../../../src/contract/connection-rpc.ts";
import { elsewhere, home } from "../support/connection.ts";

const main = "https://azure.example/callback";
const own = "https://app.example/auth/callback";
const variables = {
  AZURE_CLIENT_ID: "11111111-2222-4333-8444-555555555555",
  AZURE_CLIENT_SECRET: "the-s3cr3t",
  TOKEN_ENCRYPTION_KEYS: `k1:${btoa("k".repeat(32))}`,
  SESSION_SECRET: "s3cr3t-of-thirty-two-bytes-or-more",
  API_KEYS: "[]",
  AZURE_REDIRECT_URI: `${main},${own}`,
  RETURN_ORIGINS: "https://app.example",
};

function check(
  request: Partial<BeginAuthorization> = {},
  { env = {}, earlier = [] }: { env?: Record<string, string>; earlier?: string[] } = {},
) {
  const config = parseConfig({ ...variables, ...env });
  if (!config.ok) throw new Error(config.error.message);
  return checkStart({ start: "user", ...request }, config.value, earlier);
}
const fieldOf = (...input: Parameters<typeof check>) => {
  const checked = check(...input);
  return checked.ok ? undefined : checked.error.details?.field;
};

describe("a start", () => {
  test("asks the default scopes at the default tenant, and comes back to the first redirect URI", () => {
    const started = check();
    expect(started).toMatchObject({ ok: true, value: { tenant: "common", redirectUri: main } });
    expect(started.ok && started.value.scopes).toContain("offline_access");
  });

  test.each<[string, Partial<BeginAuthorization>, string | undefined]>([
    ["at a tenant", { tenantId: home }, undefined],
    ["at a domain", { tenantId: "contoso.example" }, undefined],
    ["at no tenant", { tenantId: "../common" }, "tenantId"],
    ["at an empty tenant", { tenantId: "" }, "tenantId"],
    ["with a second redirect URI", { redirectUri: own }, undefined],
    ["with another redirect URI", { redirectUri: "https://evil.example/callback" }, "redirectUri"],
    ["with a redirect URI that differs in a slash", { redirectUri: `${main}/` }, "redirectUri"],
    ["that returns to an allowed origin", { returnUrl: "https://app.example/done" }, undefined],
    ["that returns elsewhere", { returnUrl: "https://evil.example/" }, "returnUrl"],
    [
      "that returns to a name that only begins so",
      { returnUrl: "https://app.example.evil/" },
      "returnUrl",
    ],
    ["that returns to a script", { returnUrl: "javascript:alert(1)" }, "returnUrl"],
    ["by a server that names no return", { start: "server" }, "returnUrl"],
    ["by a server with a callback of its own", { start: "server", redirectUri: own }, undefined],
    [
      "by a server that names its return",
      { start: "server", returnUrl: "https://app.example/" },
      undefined,
    ],
  ])("%s is checked", (_, request, field) => {
    expect(fieldOf(request)).toBe(field);
  });

  test.each([
    [home.toUpperCase(), undefined],
    [elsewhere, "tenantId"],
    ["common", "tenantId"],
    ["contoso.example", "tenantId"],
  ])("of a service for one tenant at %s", (tenantId, field) => {
    expect(fieldOf({ tenantId }, { env: { AZURE_TENANT_ID: home } })).toBe(field);
  });

  test("asks again for what was required before, each permission once", () => {
    const started = check({ scopes: ["mail.read", "Files.Read"] }, { earlier: ["Sites.Read.All"] });
    const scopes = started.ok ? started.value.scopes.map((scope) => scope.toLowerCase()) : [];
    expect(scopes).toEqual(expect.arrayContaining(["files.read", "sites.read.all"]));
    expect(scopes.filter((scope) => scope === "mail.read")).toHaveLength(1);
  });

  test("at the personal tenant asks nothing of ARM", () => {
    const started = check({ tenantId: "consumers" });
    expect(started.ok && started.value.scopes.join(" ")).not.toContain("management");
  });

  test("may name only so many resources, those of before included", () => {
    const named = (count: number) =>
      Array.from({ length: count }, (_, index) => `https://api${index}.example/read`);
    expect(fieldOf({ scopes: named(mostResources + 1) })).toBe("scopes");
    expect(fieldOf({ scopes: named(2) }, { earlier: named(mostResources + 1) })).toBe("scopes");
    expect(fieldOf({ scopes: named(3) })).toBeUndefined();
  });
});
