import { expect, test } from "vitest";
import { rewriteLink } from "../../../../src/routes/gateway/gateway-links.ts";
import type { LinkBase } from "../../../../src/routes/gateway/link-bytes.ts";

const base: LinkBase = {
  endpoint: "https://graph.microsoft.com",
  gateway: "https://azure.example/graph",
};

test.each([
  ["https://graph.microsoft.com/v1.0/x?y=1", "https://azure.example/graph/v1.0/x?y=1"],
  ["https://graph.microsoft.com:443/x", "https://azure.example/graph/x"],
  ["https://GRAPH.microsoft.com/x", "https://azure.example/graph/x"],
  ["https://graph.microsoft.com", "https://azure.example/graph"],
  ["https://graph.microsoft.com.evil.example/x", "https://graph.microsoft.com.evil.example/x"],
  ["https://contoso.blob.core.windows.net/x", "https://contoso.blob.core.windows.net/x"],
  ["/v1.0/operations/1?a=b", "https://azure.example/graph/v1.0/operations/1?a=b"],
  ["//evil.example/x", "//evil.example/x"],
  ["operations/1", "operations/1"],
  ["", ""],
  ["not a link", "not a link"],
])("the link %s becomes %s", (link, here) => {
  expect(rewriteLink(base, link)).toBe(here);
});

test("a path from the root of a sandbox leads back through this host", () => {
  const sandbox = { endpoint: "http://localhost:8788/arm", gateway: "http://localhost:8787/arm" };
  expect(rewriteLink(sandbox, "/arm/operations/1")).toBe("http://localhost:8787/arm/operations/1");
  expect(rewriteLink(sandbox, "/graph/v1.0/me")).toBe("http://localhost:8788/graph/v1.0/me");
});
