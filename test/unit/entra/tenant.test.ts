import { describe, expect, it } from "vitest";
import {
  authorityTenant,
  isPersonalTenant,
  isTenantId,
  parseTenant,
  personalTenantId,
  tenantSatisfies,
} from "../../../src/entra/tenant.ts";

const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
const fabrikam = "bbbbbbbb-0000-4000-8000-00000000000b";

describe("parseTenant", () => {
  it.each([
    ["common", "common"],
    ["Organizations", "organizations"],
    ["consumers", "consumers"],
    [contoso.toUpperCase(), contoso],
    ["Contoso.OnMicrosoft.com", "contoso.onmicrosoft.com"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ])("reads %s", (text, tenant) => {
    expect(parseTenant(text)).toBe(tenant);
  });

  it.each([
    "",
    "contoso",
    "../common",
    "a/b",
    "contoso.com/x",
    "a b.com",
    "contoso..com",
    "-a.com",
    "a.com?x",
  ])("refuses %j", (text) => {
    expect(parseTenant(text)).toBeUndefined();
  });
});

it("takes nothing but a GUID as a tenant id", () => {
  expect(isTenantId(contoso)).toBe(true);
  expect(isTenantId(`${contoso}/`)).toBe(false);
  expect(isTenantId(`${contoso}\n`)).toBe(false);
  expect(isTenantId("common")).toBe(false);
});

it("renews personal accounts at the authority of consumers", () => {
  expect(authorityTenant(personalTenantId)).toBe("consumers");
  expect(authorityTenant(contoso)).toBe(contoso);
});

it.each([
  ["consumers", true],
  [personalTenantId, true],
  [personalTenantId.toUpperCase(), true],
  [contoso, false],
  ["common", false],
  ["organizations", false],
  ["", false],
])("takes %j as the tenant of personal accounts alone: %s", (tenant, personal) => {
  expect(isPersonalTenant(tenant)).toBe(personal);
});

describe("a sign-in that ended in a tenant", () => {
  it.each([
    [contoso, "common", true],
    [contoso, undefined, true],
    [contoso, "contoso.com", true],
    [contoso, contoso.toUpperCase(), true],
    [fabrikam, contoso, false],
    [contoso, "organizations", true],
    [personalTenantId, "organizations", false],
    [personalTenantId.toUpperCase(), "organizations", false],
    [personalTenantId, "consumers", true],
    [contoso, "consumers", false],
    [personalTenantId, "common", true],
  ])("%s, asked for %s: allowed %s", (tenantId, expected, allowed) => {
    expect(tenantSatisfies(tenantId, expected)).toBe(allowed);
  });
});
