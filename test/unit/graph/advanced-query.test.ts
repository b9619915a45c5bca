import { describe, expect, it } from "vitest";
import { needsAdvancedQuery } from "../../../src/graph/advanced-query.ts";
import type { ListOptions } from "../../../src/graph/query.ts";

describe("needsAdvancedQuery", () => {
  it.each<[string, ListOptions]>([
    ["a search", { search: "ada" }],
    ["a count", { count: true }],
    ["a filter in order", { filter: "displayName eq 'a'", orderBy: "displayName" }],
    ["ne", { filter: "department ne 'x'" }],
    ["not", { filter: "not startsWith(displayName,'a')" }],
    ["NOT in front of parentheses", { filter: "accountEnabled eq true and NOT(city eq 'Oslo')" }],
    ["endsWith", { filter: "endsWith(mail,'@contoso.example')" }],
    ["endswith on a member", { filter: "proxyAddresses/any(p:endswith(p,'contoso.example'))" }],
    ["a count of members", { filter: "assignedLicenses/$count eq 0" }],
    ["a comparison with null", { filter: "jobTitle eq null" }],
    ["an advanced property", { filter: "companyName eq 'Contoso'" }],
    ["an advanced property in another case", { filter: "COMPANYNAME eq 'Contoso'" }],
    ["an advanced property in a function", { filter: "startsWith(mobilePhone,'25478')" }],
    ["an advanced property below another", { filter: "employeeOrgData/costCenter eq '7'" }],
    [
      "an extension attribute",
      { filter: "onPremisesExtensionAttributes/extensionAttribute1 eq 'x'" },
    ],
    ["an advanced property behind a plain one", { filter: "city eq 'Oslo' or postalCode eq '1'" }],
    ["members of an advanced property", { filter: "assignedPlans/any(a:a/service eq 'x')" }],
    ["a literal before the operator", { filter: "city eq 'it''s' and department ne 'x'" }],
    ["order by a property of the other index", { orderBy: "createdDateTime desc" }],
    ["order by two", { orderBy: "displayName,createdDateTime" }],
  ])("says yes to %s", (_, options) => {
    expect(needsAdvancedQuery(options)).toBe(true);
  });

  it.each<[string, ListOptions]>([
    ["nothing", {}],
    ["a page size and a selection", { top: 5, select: "companyName" }],
    ["eq", { filter: "displayName eq 'Ada'" }],
    ["startsWith", { filter: "startsWith(displayName,'a')" }],
    ["in", { filter: "displayName in ('a','b')" }],
    ["ge and le", { filter: "city ge 'A' and city le 'B'" }],
    ["members", { filter: "otherMails/any(m:m eq 'a@b.example')" }],
    ["not in a literal", { filter: "displayName eq 'not me'" }],
    ["ne in a literal", { filter: "displayName eq 'x ne y'" }],
    ["endsWith in a literal", { filter: "displayName eq 'endsWith(mail,1)'" }],
    ["a count in a literal", { filter: "displayName eq 'a/$count'" }],
    ["a property in a literal", { filter: "displayName eq 'companyName eq null'" }],
    ["a literal with a quote in it", { filter: "displayName eq 'it''s not ne null'" }],
    ["two literals", { filter: "city eq 'not' or city eq 'ne'" }],
    ["words within longer ones", { filter: "department eq 'x' and notes2 eq 'y'" }],
    ["order by name", { orderBy: "displayName desc" }],
    ["order by principal name", { orderBy: "userPrincipalName" }],
    ["count not asked for", { count: false }],
  ])("says no to %s", (_, options) => {
    expect(needsAdvancedQuery(options)).toBe(false);
  });

  it("takes a filter of a hundred thousand quotes in its stride", () => {
    expect(needsAdvancedQuery({ filter: `city eq ${"'".repeat(100_001)}` })).toBe(false);
  });
});
