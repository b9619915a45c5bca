import { describe, expect, it } from "vitest";
import { isUnder, linkUnder, readLink, withoutEndSlashes } from "../../../src/http/link.ts";

const graph = "https://graph.microsoft.com";
const sandbox = "http://localhost:8788/graph";

const followed = (endpoint: string, link: string, base?: string): string => {
  const result = linkUnder(endpoint, link, base);
  return result.ok ? result.value.href : String(result.error.details?.reason);
};

describe("linkUnder", () => {
  it.each<[string, string, string]>([
    [
      graph,
      "https://graph.microsoft.com/v1.0/me?$skiptoken=a%2Fb",
      "https://graph.microsoft.com/v1.0/me?$skiptoken=a%2Fb",
    ],
    [graph, "/v1.0/me", "https://graph.microsoft.com/v1.0/me"],
    [graph, "HTTPS://GRAPH.MICROSOFT.COM:443/v1.0/me", "https://graph.microsoft.com/v1.0/me"],
    [sandbox, "http://localhost:8788/graph/v1.0/me", "http://localhost:8788/graph/v1.0/me"],
    [sandbox, "http://localhost:8788/graph?x=1", "http://localhost:8788/graph?x=1"],
    // The sandbox answers under a production name by the links of its own origin.
    [
      graph,
      "http://localhost:8788/graph/v1.0/me?$skip=1",
      "https://graph.microsoft.com/v1.0/me?$skip=1",
    ],
    [
      "https://management.azure.com",
      "https://127.0.0.1:8789/arm/subscriptions?a=b",
      "https://management.azure.com/subscriptions?a=b",
    ],
  ])("follows under %s the link %s", (endpoint, link, expected) => {
    expect(followed(endpoint, link)).toBe(expected);
  });

  it.each<[string, string]>([
    [graph, "https://graph.microsoft.com.evil.example/v1.0/me"],
    [graph, "https://evil.example/v1.0/me"],
    [graph, "//evil.example/v1.0/me"],
    [graph, String.raw`\\evil.example\v1.0`],
    [graph, "http://graph.microsoft.com/v1.0/me"],
    [graph, "https://graph.microsoft.com:8443/v1.0/me"],
    [graph, "https://graph.microsoft.com@evil.example/v1.0/me"],
    [graph, "https://user:pass@graph.microsoft.com/v1.0/me"],
    [graph, "http://localhost:8788/elsewhere/v1.0/me"],
    [graph, "javascript:alert(1)"],
    [graph, "https://"],
    [sandbox, "http://localhost:8788/graphics/v1.0/me"],
    [sandbox, "http://localhost:8788/graph/../arm/subscriptions"],
    [sandbox, "http://localhost:8788/graph/%2e%2e/arm/subscriptions"],
    [sandbox, "http://localhost:8788/graph/..%2farm/subscriptions"],
    [sandbox, "http://localhost:8788/graph/..%5Carm/subscriptions"],
    [sandbox, "http://localhost:9999/graph/v1.0/me"],
  ])("refuses under %s the link %s", (endpoint, link) => {
    expect(followed(endpoint, link)).toBe("foreign_link");
  });

  it("resolves a relative link against the URL that was asked", () => {
    expect(followed(graph, "b?x=1", "https://graph.microsoft.com/v1.0/a")).toBe(
      "https://graph.microsoft.com/v1.0/b?x=1",
    );
  });
});

describe("readLink", () => {
  it.each([undefined, null, "", " ", "\n"])("takes %j for no link", (value) => {
    expect(readLink(graph, value)).toEqual({ ok: true, value: undefined });
  });

  it.each(["https://graph.microsoft.com/v1.0/me?$skip=2", "/v1.0/me", "?page=2"])(
    "gives %s back as it came",
    (link) => {
      expect(readLink(graph, link)).toEqual({ ok: true, value: link });
    },
  );

  it.each<[unknown, string]>([
    [7, "unreadable_link"],
    [true, "unreadable_link"],
    [{}, "unreadable_link"],
    [["https://graph.microsoft.com/"], "unreadable_link"],
    ["https://evil.example/", "foreign_link"],
    ["https://", "foreign_link"],
  ])("refuses %j", (value, reason) => {
    expect(readLink(graph, value)).toMatchObject({
      ok: false,
      error: { code: "upstream_error", details: { reason } },
    });
  });
});

describe("withoutEndSlashes", () => {
  it.each([
    ["", ""],
    ["/", ""],
    ["///", ""],
    ["/a/b", "/a/b"],
    ["/a//b//", "/a//b"],
  ])("leaves of %j %j", (text, rest) => {
    expect(withoutEndSlashes(text)).toBe(rest);
  });

  it("takes a path of a million slashes in its stride", () => {
    const slashes = "/".repeat(1_000_000);
    expect(withoutEndSlashes(`${slashes}a`)).toHaveLength(1_000_001);
    expect(isUnder(new URL(`${graph}${slashes}`), new URL(`${graph}${slashes}a`))).toBe(true);
  });
});
