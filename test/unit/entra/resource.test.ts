import { describe, expect, it } from "vitest";
import { clouds } from "../../../src/entra/cloud.ts";
import {
  audienceOf,
  defaultScopeOf,
  defaultScopes,
  missingScopes,
  normalizeScope,
  parseResource,
  resourceOfScope,
  scopesOf,
} from "../../../src/entra/resource.ts";

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
