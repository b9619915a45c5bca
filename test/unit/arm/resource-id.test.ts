import { array, assert, constantFrom, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkNamespace,
  checkResourceGroupName,
  checkSubscriptionId,
  parseResourceId,
  resourcePath,
  sameResourceId,
} from "../../../src/arm/resource-id.ts";

const subscription = "aaaaaaaa-1111-4000-8000-000000000001";
const group = `/subscriptions/${subscription}/resourceGroups/web`;
const machine = `${group}/providers/Microsoft.Compute/virtualMachines/vm1`;

describe("parseResourceId", () => {
  it.each([
    ["a subscription", `/subscriptions/${subscription}`, "Microsoft.Resources/subscriptions"],
    ["a resource group", group, "Microsoft.Resources/resourceGroups"],
    ["a resource", machine, "Microsoft.Compute/virtualMachines"],
    [
      "a child resource",
      `${group}/providers/Microsoft.Network/virtualNetworks/net/subnets/inner`,
      "Microsoft.Network/virtualNetworks/subnets",
    ],
    [
      "an extension resource by its last provider",
      `${machine}/providers/Microsoft.Insights/diagnosticSettings/all`,
      "Microsoft.Insights/diagnosticSettings",
    ],
    [
      "a management group",
      "/providers/Microsoft.Management/managementGroups/root",
      "Microsoft.Management/managementGroups",
    ],
    [
      "a resource at subscription level",
      `/subscriptions/${subscription}/providers/Microsoft.Authorization/locks/keep`,
      "Microsoft.Authorization/locks",
    ],
  ])("reads %s", (_, id, type) => {
    expect(parseResourceId(id)).toMatchObject({ ok: true, value: { id, type } });
  });

  it("reads the parts whatever the case of the fixed words", () => {
    const id = `/Subscriptions/${subscription}/RESOURCEGROUPS/Web/Providers/microsoft.compute/virtualMachines/vm1`;
    expect(parseResourceId(id)).toEqual({
      ok: true,
      value: {
        id,
        subscriptionId: subscription,
        resourceGroup: "Web",
        namespace: "microsoft.compute",
        type: "microsoft.compute/virtualMachines",
        name: "vm1",
      },
    });
  });

  it.each([
    ["no leading slash", machine.slice(1)],
    ["a parent segment", `${group}/../other/providers/Microsoft.Compute/virtualMachines/vm1`],
    ["a dot segment", `${group}/./providers/Microsoft.Compute/virtualMachines/vm1`],
    ["an empty segment", `${group}//providers/Microsoft.Compute/virtualMachines/vm1`],
    ["a trailing slash", `${machine}/`],
    ["an encoded slash", `${machine}%2Fextensions`],
    ["an encoded parent segment", `${group}/%2e%2E/x`],
    ["an encoded backslash", `${machine}%5cx`],
    ["a backslash", `${machine}\\x`],
    ["a query", `${machine}?api-version=2020-01-01`],
    ["a fragment", `${machine}#top`],
    ["a control character", `${machine}\n`],
    ["a subscription that is no GUID", "/subscriptions/mine/resourceGroups/web"],
    ["a type without a name", `${group}/providers/Microsoft.Compute/virtualMachines`],
    ["nothing after providers", `${group}/providers/Microsoft.Compute`],
    ["a namespace that is no namespace", `${group}/providers/@evil/virtualMachines/vm1`],
    ["a type that is no word", `${group}/providers/Microsoft.Compute/a:b/vm1`],
    ["a collection", `/subscriptions/${subscription}/resourceGroups`],
    ["another host", "//evil.example/subscriptions"],
    ["too long an id", `${machine}${"x".repeat(2100)}`],
    ["a lone surrogate", `${machine}\ud800`],
    ["nothing", ""],
  ])("refuses %s, naming the field", (_, id) => {
    expect(parseResourceId(id, "scope")).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "scope" } },
    });
  });

  it("gives no path that leaves its segments, whatever the name", () => {
    const staysInside = (name: string): boolean => {
      const parsed = parseResourceId(`${group}/providers/Microsoft.Web/sites/${name}`);
      if (!parsed.ok) return true;
      const path = resourcePath(parsed.value);
      const url = new URL(`https://management.azure.com${path}`);
      return (
        url.origin === "https://management.azure.com" &&
        url.pathname.split("/").length === path.split("/").length &&
        url.search + url.hash === ""
      );
    };
    const nasty = constantFrom(
      "..",
      ".",
      "/",
      "\\",
      "%2f",
      "%2E",
      "?",
      "#",
      "@",
      ":",
      "é",
      " ",
      "a",
    );
    assert(property(array(nasty, { maxLength: 6 }), (parts) => staysInside(parts.join(""))));
    assert(property(string({ unit: "grapheme" }), staysInside));
  });
});

describe("resourcePath", () => {
  it("encodes what a name may hold and a path may not", () => {
    const id = `${group}/providers/Microsoft.OperationalInsights/workspaces/ws/savedSearches/All (ws)|100%`;
    expect(resourcePath({ id })).toBe(
      `${group}/providers/Microsoft.OperationalInsights/workspaces/ws/savedSearches/All%20(ws)%7C100%25`,
    );
  });
});

describe("sameResourceId", () => {
  it("ignores case, as ARM's own lists mix it", () => {
    expect(sameResourceId(group, group.replace("resourceGroups", "resourcegroups"))).toBe(true);
    expect(sameResourceId(group, machine)).toBe(false);
  });
});

describe("names in paths", () => {
  it.each([
    [() => checkSubscriptionId(subscription), true],
    [() => checkSubscriptionId("../tenants"), false],
    [() => checkResourceGroupName("Ünïcode_(1).x-y"), true],
    [() => checkResourceGroupName("ends."), false],
    [() => checkResourceGroupName("a/b"), false],
    [() => checkResourceGroupName("x".repeat(91)), false],
    [() => checkNamespace("Microsoft.Compute"), true],
    [() => checkNamespace("Microsoft/Compute"), false],
  ])("are checked before they are used: %s", (check, accepted) => {
    expect(check().ok).toBe(accepted);
  });
});
