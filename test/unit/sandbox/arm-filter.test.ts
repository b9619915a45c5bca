import { describe, expect, it } from "vitest";
import { parseFilter, passesWithTags } from "../../sandbox/arm/filter.ts";

const properties = ["name", "location", "resourceType", "tagName", "tagValue"];
const resource: Record<string, string> = {
  name: "Contoso-KV",
  location: "westeurope",
  resourceType: "Microsoft.KeyVault/vaults",
};
const tags = { environment: "production", team: "Data" };

function matches(source: string): boolean | "invalid" {
  const parsed = parseFilter(source, properties);
  return parsed.ok ? passesWithTags(parsed.filter, (name) => resource[name], tags) : "invalid";
}

describe("the $filter of a resource list", () => {
  it.each([
    ["name eq 'contoso-kv'", true],
    ["NAME EQ 'contoso-kv'", true],
    ["name ne 'contoso-kv'", false],
    ["resourceType eq 'microsoft.keyvault/vaults' and location eq 'westeurope'", true],
    ["location eq 'eastus' or location eq 'westeurope'", true],
    ["location eq 'eastus' or name eq 'x' and location eq 'westeurope'", false],
    ["(location eq 'eastus' or name eq 'contoso-kv') and location eq 'westeurope'", true],
    ["substringof('oso', name)", true],
    ["substringof('OSO-K',name)", true],
    ["startswith(name, 'contoso')", true],
    ["startswith(name, 'kv')", false],
    ["name eq 'it''s'", false],
  ])("%s is %s", (source, expected) => {
    expect(matches(source)).toBe(expected);
  });

  it.each([
    ["tagName eq 'environment' and tagValue eq 'production'", true],
    // One tag has to satisfy both conditions.
    ["tagName eq 'environment' and tagValue eq 'Data'", false],
    ["tagName eq 'ENVIRONMENT'", true],
    ["tagName eq 'team' and tagValue eq 'data'", false],
    ["startswith(tagName, 'env')", true],
    ["tagName eq 'absent'", false],
  ])("%s is %s", (source, expected) => {
    expect(matches(source)).toBe(expected);
  });

  it.each([
    "",
    "name",
    "name eq",
    "name eq contoso",
    "name eq 'open",
    "size eq 'large'",
    "name gt 'a'",
    "(name eq 'a'",
    "name eq 'a' and",
    "name eq 'a' name eq 'b'",
    "substringof(name, 'a')",
    "startswith(name)",
    "name eq 'a' ; drop",
  ])("refuses %j", (source) => {
    expect(matches(source)).toBe("invalid");
  });
});
