import { describe, expect, it } from "vitest";
import { isSpeculative } from "../../../src/front/navigation.ts";

describe("a request that a browser makes ahead of a navigation", () => {
  it.each<[string, string]>([
    ["Sec-Purpose", "prefetch"],
    ["Sec-Purpose", "prefetch;prerender"],
    ["Sec-Purpose", "prefetch; prerender"],
    ["Sec-Purpose", "prefetch;anonymous-client-ip"],
    ["Sec-Purpose", " PREFETCH "],
    ["Sec-Purpose", "prefetch, prerender"],
    ["Purpose", "prefetch"],
    ["Purpose", "preview"],
    ["X-Purpose", "preview"],
    ["X-Moz", "prefetch"],
  ])("says so by %s: %s", (name, value) => {
    expect(isSpeculative(new Headers({ [name]: value }))).toBe(true);
  });

  it.each<[string, string]>([
    ["Sec-Purpose", ""],
    ["Sec-Purpose", "navigate"],
    ["Sec-Purpose", "prefetched"],
    ["Purpose", "no-prefetch"],
    ["X-Moz", "livebookmarks"],
    ["Sec-Fetch-Mode", "prefetch"],
    ["X-Prefetch", "prefetch"],
  ])("is not told by %s: %s", (name, value) => {
    expect(isSpeculative(new Headers({ [name]: value }))).toBe(false);
  });

  it("is no request without any of these", () => {
    expect(isSpeculative(new Headers())).toBe(false);
  });
});
