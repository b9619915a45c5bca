import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  armThrottleScope,
  isResourceGraph,
  subscriptionOf,
} from "../../../src/arm/throttle-scope.ts";

const id = "bbbbbbbb-1111-4000-8000-000000000001";

describe("the subscription of an ARM call", () => {
  it.each([
    [`/subscriptions/${id}/resourceGroups/a`, id],
    [`/Subscriptions/${id.toUpperCase()}/resourcegroups`, id],
    [`/%73ubscriptions//${id}`, id],
    ["/subscriptions", undefined],
    ["/subscriptions/", undefined],
    ["/tenants", undefined],
    ["/providers/Microsoft.Management/managementGroups/g/subscriptions/s", undefined],
    ["", undefined],
  ])("%s is %s", (path, subscription) => {
    expect(subscriptionOf(path)).toBe(subscription);
  });

  it("is short and whole for any path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
        const found = subscriptionOf(`/subscriptions/${encodeURIComponent(text)}`);
        expect((found ?? "").length).toBeLessThanOrEqual(128);
        expect((found ?? "").isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("the throttle scope of an ARM call", () => {
  it.each([
    ["GET", "read"],
    ["head", "read"],
    ["OPTIONS", "read"],
    ["PUT", "write"],
    ["PATCH", "write"],
    ["POST", "write"],
    ["delete", "delete"],
  ])("counts a %s as a %s", (method, kind) => {
    expect(armThrottleScope(id, method)).toBe(`arm:${id}:${kind}`);
    expect(armThrottleScope(undefined, method)).toBe(`arm:tenant:${kind}`);
  });

  it.each([
    ["/providers/Microsoft.ResourceGraph/resources", true],
    ["//providers/microsoft.RESOURCEGRAPH/resources/", true],
    ["/providers/Microsoft.Resources/deployments", false],
    [`/subscriptions/${id}/providers/Microsoft.ResourceGraph/queries`, false],
    ["/providers", false],
  ])("is Resource Graph's own at %s: %s", (path, own) => {
    expect(isResourceGraph(path)).toBe(own);
    const scope = armThrottleScope(undefined, "POST", isResourceGraph(path));
    expect(scope).toBe(own ? "arm:resource-graph:read" : "arm:tenant:write");
  });
});
