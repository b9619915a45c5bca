import { describe, expect, test } from "vitest";
import { KnownTenants } from "../../../../src/connection/calls/known-tenants.ts";

describe("the tenants that are known", () => {
  test("are found by what lives in them", () => {
    const tenants = new KnownTenants();
    tenants.remember("arm:s1", "t1");
    tenants.remember("vault:v", "t2");
    expect(["arm:s1", "vault:v", "arm:s2", undefined].map((scope) => tenants.of(scope))).toEqual([
      "t1",
      "t2",
      undefined,
      undefined,
    ]);
  });

  test("are forgotten when their token is refused, and not when another has been learned", () => {
    const tenants = new KnownTenants();
    tenants.remember("arm:s1", "t1");
    tenants.remember("arm:s1", "t2");
    tenants.forget("arm:s1", "t1");
    expect(tenants.of("arm:s1")).toBe("t2");
    tenants.forget("arm:s1", "t2");
    expect(tenants.of("arm:s1")).toBeUndefined();
  });

  test("are 200, of which the longest unused goes first", () => {
    const tenants = new KnownTenants();
    for (let index = 0; index < 200; index += 1) tenants.remember(`arm:${index}`, "t");
    tenants.remember("arm:0", "t");
    for (let index = 200; index < 300; index += 1) tenants.remember(`arm:${index}`, "t");
    expect(["arm:0", "arm:1", "arm:100", "arm:101", "arm:299"].map((id) => tenants.of(id))).toEqual(
      ["t", undefined, undefined, "t", "t"],
    );
  });
});
