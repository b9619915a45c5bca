import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clouds } from "../../../src/entra/cloud.ts";
import {
  audienceOf,
  defaultScopeOf,
  defaultScopes,
  graphAlone,
  missingScopes,
  normalizeScope,
  parseResource,
  resourceOfScope,
  scopesForTenant,
  scopesOf,
  tokenScopes,
  type Resource,
} from "../../../src/entra/resource.ts";
import { personalTenantId } from "../../../src/entra/tenant.ts";

const { global, china } = clouds;

describe("parseResource", () => {
  it.each([
    ["graph", "graph"],
    ["arm", "arm"],
    ["https://graph.microsoft.com", "graph"],
    ["https://graph.microsoft.com/", "graph"],
    ["https://management.chinacloudapi.cn", "arm"],
    ["https://vault.azure.net", "vault"],
    ["https://storage.azure.com/", "storage"],
    ["https://API.contoso.example/", "https://api.contoso.example"],
    ["https://contoso.onmicrosoft.com/App-1", "https://contoso.onmicrosoft.com/App-1"],
  ])("reads %s as %s", (text, resource) => {
    expect(parseResource(text)).toBe(resource);
  });

  it.each([
    "",
    "mail",
    "http://graph.microsoft.com",
    "api://app",
    "https://",
    "https://a b",
    "https://user@api.example",
    "https://api.example?x=1",
    "https://api.example#x",
    `https://api.example/${"x".repeat(255)}`,
  ])("refuses %j", (text) => {
    expect(parseResource(text)).toBeUndefined();
  });
});

it("asks with the audience of the cloud", () => {
  expect(audienceOf("arm", china)).toBe("https://management.chinacloudapi.cn");
  expect(audienceOf("https://api.example", china)).toBe("https://api.example");
  expect(defaultScopeOf("vault", global)).toBe("https://vault.azure.net/.default");
});

describe("resourceOfScope", () => {
  it.each([
    ["User.Read", "graph"],
    ["https://graph.microsoft.com/Mail.Read", "graph"],
    ["https://management.azure.com/user_impersonation", "arm"],
    ["https://management.azure.com//.default", "arm"],
    ["https://api.example/v1/Read.All", "https://api.example/v1"],
    ["openid", undefined],
    ["Offline_Access", undefined],
    ["api://app/Read", undefined],
  ])("of %s is %s", (scope, resource) => {
    expect(resourceOfScope(scope, global)).toBe(resource);
  });

  it("takes out what one token can carry", () => {
    expect(scopesOf("arm", defaultScopes(china), china)).toEqual([
      "https://management.chinacloudapi.cn/user_impersonation",
    ]);
    expect(scopesOf("graph", defaultScopes(global), global)).toEqual([
      "User.Read",
      "Mail.Read",
      "Calendars.Read",
    ]);
  });
});

describe("scopes compared", () => {
  it("knows one permission under its several names", () => {
    for (const scope of ["User.Read", "user.read", "https://graph.microsoft.com/User.Read"]) {
      expect(normalizeScope(scope, global)).toBe("user.read");
    }
    expect(normalizeScope("https://Management.Azure.com/User_Impersonation", global)).toBe(
      "https://management.azure.com/user_impersonation",
    );
    expect(normalizeScope("https://graph.microsoft.com/User.Read", china)).not.toBe("user.read");
  });

  it("finds what was not granted, whatever its case and form", () => {
    const granted = ["user.read", "https://graph.microsoft.com/MAIL.READ", "profile"];
    expect(missingScopes(defaultScopes(global), granted, global)).toEqual([
      "Calendars.Read",
      "https://management.azure.com/user_impersonation",
    ]);
  });

  it("never misses the scopes that Entra does not echo", () => {
    expect(missingScopes(["openid", "offline_access", "email", "profile"], [], global)).toEqual([]);
  });

  it("takes .default as granted with any scope of its resource, and only of that one", () => {
    const arm = "https://management.azure.com/.default";
    expect(
      missingScopes([arm], ["https://management.azure.com/user_impersonation"], global),
    ).toEqual([]);
    expect(missingScopes([arm], ["User.Read"], global)).toEqual([arm]);
  });
});

describe("what a token is asked with", () => {
  const graph = "https://graph.microsoft.com";
  const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
  const granted = [
    "openid",
    "User.Read",
    "Mail.Read",
    `${graph}/Mail.Read`,
    `${graph}/Files.ReadWrite`,
    `${graph}/.default`,
    "https://management.azure.com/user_impersonation",
    "https://vault.azure.net/user_impersonation",
    "https://api.example/v1/Read.All",
    "api://app/Read",
  ];

  it.each([contoso, "common", "organizations", "contoso.example"])(
    "at %s is everything that was consented to",
    (tenant) => {
      expect(tokenScopes("graph", tenant, granted, global)).toEqual([`${graph}/.default`]);
      expect(tokenScopes("arm", tenant, [], global)).toEqual([
        "https://management.azure.com/.default",
      ]);
    },
  );

  it.each(["consumers", personalTenantId, personalTenantId.toUpperCase()])(
    "at %s is each permission by its full name, once",
    (tenant) => {
      expect(tokenScopes("graph", tenant, granted, global)).toEqual([
        `${graph}/User.Read`,
        `${graph}/Mail.Read`,
        `${graph}/Files.ReadWrite`,
      ]);
      expect(tokenScopes("https://api.example/v1", tenant, granted, global)).toEqual([
        "https://api.example/v1/Read.All",
      ]);
      for (const resource of ["arm", "vault", "storage", "https://other.example"] as const) {
        expect(tokenScopes(resource, tenant, granted, global)).toEqual([]);
      }
    },
  );

  it("of a personal account is named and of one resource, whatever was granted", () => {
    const scope = fc.oneof(
      fc.string(),
      fc.constantFrom(...granted, "https://storage.azure.com/.default", "/", "https://", "a/b"),
    );
    const resources: Resource[] = ["graph", "arm", "vault", "storage", "https://api.example/v1"];
    const resource = fc.constantFrom(...resources);
    fc.assert(
      fc.property(fc.array(scope), resource, (scopes, of) => {
        const asked = tokenScopes(of, "consumers", scopes, global);
        for (const one of asked) {
          expect(one.startsWith("https://")).toBe(true);
          expect(one.endsWith("/.default")).toBe(false);
          expect(resourceOfScope(one, global)).toBe(of);
        }
        expect(tokenScopes(of, "consumers", asked, global)).toEqual(asked);
      }),
    );
  });

  it("leaves out what a personal account cannot be asked for at sign-in", () => {
    expect(scopesForTenant("consumers", granted, global)).toEqual([
      "openid",
      "User.Read",
      "Mail.Read",
      `${graph}/Mail.Read`,
      `${graph}/Files.ReadWrite`,
      "https://api.example/v1/Read.All",
      "api://app/Read",
    ]);
    expect(scopesForTenant("common", granted, global)).toEqual(granted);
    expect(graphAlone(granted, global)).toEqual([
      "openid",
      "User.Read",
      "Mail.Read",
      `${graph}/Mail.Read`,
      `${graph}/Files.ReadWrite`,
      `${graph}/.default`,
    ]);
  });
});
