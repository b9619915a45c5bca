import { describe, expect, test } from "vitest";
import { gatewayTarget, isBatchPath, isContentPath } from "../../../src/routes/gateway-path.ts";

const graph = {
  prefix: "/graph",
  endpoint: "https://graph.microsoft.com",
  versions: ["v1.0", "beta"],
};
const arm = { prefix: "/arm", endpoint: "https://management.azure.com" };
const at = (path: string) => `https://azure.example${path}`;

describe("a gateway's URL leads to Microsoft's", () => {
  test.each([
    [graph, "/graph/v1.0/me", "https://graph.microsoft.com/v1.0/me"],
    [
      graph,
      "/graph/beta/me/messages?$top=5",
      "https://graph.microsoft.com/beta/me/messages?$top=5",
    ],
    [graph, "/graph/v1.0/", "https://graph.microsoft.com/v1.0/"],
    [
      graph,
      "/graph/v1.0/users('a%20b')/messages?$filter=a%2Fb%20eq%20'c'&$search=%22x//y%22",
      "https://graph.microsoft.com/v1.0/users('a%20b')/messages?$filter=a%2Fb%20eq%20'c'&$search=%22x//y%22",
    ],
    [
      graph,
      "/graph/v1.0/me/drive/root:/a..b/.hidden:/content",
      "https://graph.microsoft.com/v1.0/me/drive/root:/a..b/.hidden:/content",
    ],
    [graph, "/graph/v1.0/me#fragment?x", "https://graph.microsoft.com/v1.0/me"],
    [
      arm,
      "/arm/subscriptions?api-version=2022-12-01",
      "https://management.azure.com/subscriptions?api-version=2022-12-01",
    ],
    // What SDKs make of `/{resourceId}`.
    [arm, "/arm//subscriptions/1/x", "https://management.azure.com/subscriptions/1/x"],
    [arm, "/arm//providers/A.B/c/d", "https://management.azure.com/providers/A.B/c/d"],
  ])("%#: %o %s", (mount, path, expected) => {
    expect(gatewayTarget(mount, at(path))).toEqual({ ok: true, value: expected });
  });
});

describe("a path that two parsers could read differently is refused", () => {
  test.each([
    "/graph/v1.0/../../arm/subscriptions",
    "/graph/v1.0/me/..",
    "/graph/v1.0/./me",
    "/graph/v1.0/%2e%2e/me",
    "/graph/v1.0/.%2E/me",
    "/graph/v1.0/%252e%252e/me",
    "/graph/v1.0/a%2f..%2fb",
    "/graph/v1.0/a%5Cb",
    "/graph/v1.0/a%252Fb",
    "/graph/v1.0/a\\b",
    "/graph/v1.0//evil.example/x",
    "/graph/v1.0/https://evil.example",
    "/arm//evil.example/subscriptions",
    "/arm/https://evil.example/",
    "/arm///subscriptions/1",
    "/arm/a/%2e",
    "/graph/v1.0/me%0d%0aHost:x",
    "/graph/v1.0/me%00",
    "/graph/v1.0/me%250a",
    "/graph/v1.0/me%7f",
    "/graph/v1.0/me\tx",
  ])("%s", (path) => {
    const mount = path.startsWith("/arm") ? arm : graph;
    const target = gatewayTarget(mount, at(path));
    expect(target).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "path" } },
    });
  });
});

test.each(["/graph/v2.0/me", "/graph/v1.0", "/graph/me", "/graph/V1.0/me", "/graph/v1.0@evil/me"])(
  "%s is no route",
  (path) => {
    expect(gatewayTarget(graph, at(path))).toMatchObject({ error: { code: "not_found" } });
  },
);

test.each([
  ["/graph/v1.0/$batch", true],
  ["/graph/v1.0/%24batch", true],
  ["/graph/v1.0/$BATCH/", true],
  ["/graph/v1.0/$batch?x=1", true],
  ["/graph/v1.0/me/$batches", false],
  ["/graph/v1.0/me?$batch", false],
])("%s is a batch: %s", (path, expected) => {
  expect(isBatchPath(at(path))).toBe(expected);
});

test.each([
  ["/v1.0/me/drive/items/1/content", true],
  ["/v1.0/me/photo/$value", true],
  ["/v1.0/me/photo/%24value", true],
  ["/v1.0/me/messages", false],
  ["/v1.0/me/content/messages", false],
])("%s is a file: %s", (path, expected) => {
  expect(isContentPath(at(path))).toBe(expected);
});
