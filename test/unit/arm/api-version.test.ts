import { describe, expect, it } from "vitest";
import { apiVersionOfType, chooseApiVersion } from "../../../src/arm/api-version.ts";
import { isApiVersion } from "../../../src/contract/api-version.ts";

describe("chooseApiVersion", () => {
  it.each([
    ["the newest stable", ["2023-03-01", "2024-07-01", "2019-12-01"], "2024-07-01"],
    ["a stable one before a newer preview", ["2025-01-01-preview", "2021-02-01"], "2021-02-01"],
    [
      "the newest preview when all are",
      ["2020-01-01-preview", "2022-05-01-preview"],
      "2022-05-01-preview",
    ],
    ["none out of an empty list", [], undefined],
    ["none out of words that are no versions", ["latest", "v2"], undefined],
  ])("takes %s", (_, versions, chosen) => {
    expect(chooseApiVersion(versions)).toBe(chosen);
  });
});

describe("apiVersionOfType", () => {
  const listed = [
    { resourceType: "virtualNetworks", apiVersions: ["2024-05-01"] },
    { resourceType: "virtualNetworks/subnets", apiVersions: ["2023-11-01"] },
    { resourceType: "operations" },
  ];
  it.each([
    [
      "the type's own list, whatever the case",
      "microsoft.network/VIRTUALNETWORKS/subnets",
      "2023-11-01",
    ],
    [
      "the parent's list when the child has none",
      "Microsoft.Network/virtualNetworks/peerings",
      "2024-05-01",
    ],
    ["nothing for an unknown type", "Microsoft.Network/routeTables", undefined],
    ["nothing for a type without versions", "Microsoft.Network/operations", undefined],
  ])("uses %s", (_, type, version) => {
    expect(apiVersionOfType(type, listed)).toBe(version);
  });
});

describe("isApiVersion", () => {
  it.each([
    ["2021-04-01", true],
    ["2021-04-01-preview", true],
    ["2021-04-01&x=1", false],
    ["latest", false],
    ["2024-02-29", true],
    ["2023-02-29", false],
    ["2024-13-01-preview", false],
    ["2024-00-10", false],
  ])("judges %s", (text, expected) => {
    expect(isApiVersion(text)).toBe(expected);
  });
});
