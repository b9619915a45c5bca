import { describe, expect, test } from "vitest";
import { placeOf } from "../../sandbox/hosts.ts";
import type { Place } from "../../sandbox/hosts.ts";

const places: [url: string, place: Place][] = [
  [
    "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    {
      service: "entra",
      base: "https://login.microsoftonline.com",
      path: "/common/oauth2/v2.0/token",
    },
  ],
  [
    "https://login.windows.net/common/discovery/keys",
    { service: "entra", base: "https://login.microsoftonline.com", path: "/common/discovery/keys" },
  ],
  [
    "https://login.microsoftonline.us/common/v2.0",
    { service: "entra", base: "https://login.microsoftonline.us", path: "/common/v2.0" },
  ],
  [
    "https://graph.microsoft.com/v1.0/me",
    { service: "graph", base: "https://graph.microsoft.com", path: "/v1.0/me" },
  ],
  [
    "https://management.chinacloudapi.cn/subscriptions",
    { service: "arm", base: "https://management.chinacloudapi.cn", path: "/subscriptions" },
  ],
  [
    "https://contoso.vault.azure.net/secrets",
    { service: "vault", base: "https://contoso.vault.azure.net", path: "/secrets" },
  ],
  [
    "http://localhost:8788/common/oauth2/v2.0/token",
    { service: "entra", base: "http://localhost:8788", path: "/common/oauth2/v2.0/token" },
  ],
  [
    "http://localhost:8788/graph/v1.0/me",
    { service: "graph", base: "http://localhost:8788/graph", path: "/v1.0/me" },
  ],
  ["http://127.0.0.1:8788/arm", { service: "arm", base: "http://127.0.0.1:8788/arm", path: "/" }],
  [
    "https://localhost:8789/vault/contoso/secrets/a",
    { service: "vault", base: "https://localhost:8789/vault/contoso", path: "/secrets/a" },
  ],
  [
    "https://contosodata001.blob.core.windows.net/documents/a",
    {
      service: "blob",
      base: "https://contosodata001.blob.core.windows.net",
      path: "/documents/a",
    },
  ],
  [
    "https://contosodata001.blob.core.chinacloudapi.cn/",
    { service: "blob", base: "https://contosodata001.blob.core.chinacloudapi.cn", path: "/" },
  ],
  [
    "http://localhost:8788/graphite/v2.0",
    { service: "entra", base: "http://localhost:8788", path: "/graphite/v2.0" },
  ],
  [
    "https://graph.microsoft.com/_sandbox/requests",
    {
      service: "control",
      base: "https://graph.microsoft.com/_sandbox",
      path: "/requests",
    },
  ],
];

describe("the place of a URL in the sandbox", () => {
  test.each(places)("%s", (url, place) => {
    expect(placeOf(new URL(url))).toEqual(place);
  });

  test.each([
    "https://example.com/",
    "https://vault.azure.net.evil.example/",
    "https://evilvault.azure.net.example/",
    "https://account.blob.core.windows.net.example/",
    "https://blob.core.windows.net/",
  ])("%s is nobody's", (url) => {
    expect(placeOf(new URL(url))).toBeUndefined();
  });
});
