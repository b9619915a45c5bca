import { describe, expect, test } from "vitest";
import { resolveTarget, tenantScopeOf } from "../../../../src/connection/calls/target.ts";
import { clouds, resolveCloud } from "../../../../src/entra/cloud.ts";

const sandbox = resolveCloud("sandbox", {
  AZURE_AUTHORITY_HOST: "http://localhost:8788",
  AZURE_GRAPH_ENDPOINT: "http://localhost:8788/graph",
  AZURE_RESOURCE_MANAGER_ENDPOINT: "http://localhost:8788/arm",
});

function target(url: string, cloud = clouds.global) {
  const found = resolveTarget(new URL(url), cloud);
  return found.ok
    ? { resource: found.value.resource, url: found.value.url.href }
    : found.error.code;
}

describe("the target of a call", () => {
  test.each([
    ["https://graph.microsoft.com/v1.0/me?$top=1", "graph"],
    ["https://management.azure.com/subscriptions?api-version=2022-12-01", "arm"],
    ["https://contoso-kv.vault.azure.net/secrets/a?api-version=7.4", "vault"],
    ["https://account.blob.core.windows.net/container/blob", "storage"],
  ])("%s is %s", (url, resource) => {
    expect(target(url)).toEqual({ resource, url });
  });

  test.each([
    "https://evil.example/",
    "https://graph.microsoft.com.evil.example/v1.0/me",
    "https://user:password@graph.microsoft.com/v1.0/me",
    "https://user@graph.microsoft.com/v1.0/me",
    "http://graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com:8443/v1.0/me",
    "https://vault.azure.net/",
    "https://a.b.vault.azure.net/",
    "https://contoso-kv.vault.azure.net:444/",
    "https://graph.microsoft.us/v1.0/me",
    "http://localhost:8788/graph/v1.0/me",
  ])("%s is refused", (url) => {
    expect(target(url)).toBe("invalid_request");
  });

  test.each([
    ["https://graph.microsoft.com/v1.0/me", "graph", "http://localhost:8788/graph/v1.0/me"],
    ["http://localhost:8788/graph/v1.0/me", "graph", "http://localhost:8788/graph/v1.0/me"],
    ["https://management.azure.com/tenants?a=b", "arm", "http://localhost:8788/arm/tenants?a=b"],
    [
      "https://contoso-kv.vault.azure.net/secrets",
      "vault",
      "http://localhost:8788/vault/contoso-kv/secrets",
    ],
    [
      "http://localhost:8788/vault/contoso-kv/secrets",
      "vault",
      "http://localhost:8788/vault/contoso-kv/secrets",
    ],
  ])("in the sandbox cloud %s is %s at %s", (url, resource, mapped) => {
    expect(sandbox.ok && target(url, sandbox.value)).toEqual({ resource, url: mapped });
  });

  test.each([
    "http://localhost:8788/graph/../_sandbox/requests",
    "http://localhost:8788/graph/%2e%2e/_sandbox/requests",
    "http://localhost:8788/graphic/v1.0/me",
    "http://localhost:8788/common/oauth2/v2.0/token",
    "http://localhost:9999/graph/v1.0/me",
    "https://account.blob.core.windows.net/container",
  ])("in the sandbox cloud %s is refused", (url) => {
    expect(sandbox.ok && target(url, sandbox.value)).toBe("invalid_request");
  });

  test("names the subscription or vault whose tenant a challenge may name", () => {
    const scopeOf = (url: string) => {
      const found = resolveTarget(new URL(url), clouds.global);
      return found.ok ? tenantScopeOf(found.value) : found.error.code;
    };
    expect(scopeOf("https://management.azure.com/Subscriptions/ABC/resourceGroups")).toBe(
      "arm:abc",
    );
    expect(scopeOf("https://contoso-kv.vault.azure.net/secrets")).toBe("vault:contoso-kv");
    expect(scopeOf("https://management.azure.com/tenants")).toBeUndefined();
    expect(scopeOf("https://graph.microsoft.com/v1.0/me")).toBeUndefined();
  });
});
