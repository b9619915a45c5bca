import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gatewayTarget, isBatchPath, isContentPath } from "../../../src/http/gateway-path.ts";

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
    // A percent sign of a name, and a slash of an id, are encoded twice: Graph decodes once.
    [
      graph,
      "/graph/v1.0/me/drive/root:/Sale%20%2520%20off.txt:/content",
      "https://graph.microsoft.com/v1.0/me/drive/root:/Sale%20%2520%20off.txt:/content",
    ],
    [
      graph,
      "/graph/v1.0/me/messages/AAMk%252F9CU%2BAAA%3D",
      "https://graph.microsoft.com/v1.0/me/messages/AAMk%252F9CU%2BAAA%3D",
    ],
    [
      graph,
      "/graph/v1.0/me/messages/AAMk%2F9CU-AAA=",
      "https://graph.microsoft.com/v1.0/me/messages/AAMk%2F9CU-AAA=",
    ],
    [
      graph,
      "/graph/v1.0/me/drive/root:/100%25:/children",
      "https://graph.microsoft.com/v1.0/me/drive/root:/100%25:/children",
    ],
    [
      graph,
      "/graph/v1.0/me/drive/root:/%252e%252e/%255c%250a:",
      "https://graph.microsoft.com/v1.0/me/drive/root:/%252e%252e/%255c%250a:",
    ],
    [
      graph,
      "/graph/v1.0/users/a%23EXT%23@b/drive/root:/%C3%A9%3F:",
      "https://graph.microsoft.com/v1.0/users/a%23EXT%23@b/drive/root:/%C3%A9%3F:",
    ],
    [
      graph,
      "/graph/v1.0/me/drive/root:/a%2F%2Fb",
      "https://graph.microsoft.com/v1.0/me/drive/root:/a%2F%2Fb",
    ],
    [
      graph,
      "/graph/v1.0/me?$filter=a%20eq%20'..%2F..'&x=%00",
      "https://graph.microsoft.com/v1.0/me?$filter=a%20eq%20'..%2F..'&x=%00",
    ],
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
    "/graph/v1.0/a%2f..%2fb",
    "/graph/v1.0/a%2F%2E%2e%2Fb",
    "/graph/v1.0/a%2f.",
    "/graph/v1.0/..%2f..%2fbeta/me",
    "/graph/v1.0/a%5Cb",
    "/graph/v1.0/a%5c..%5cb",
    "/graph/v1.0/a\\b",
    "/graph/v1.0//evil.example/x",
    "/graph/v1.0/https://evil.example",
    "/arm//evil.example/subscriptions",
    "/arm/https://evil.example/",
    "/arm///subscriptions/1",
    "/arm/a/%2e",
    "/graph/v1.0/me%0d%0aHost:x",
    "/graph/v1.0/me%00",
    "/graph/v1.0/me%7f",
    "/graph/v1.0/me%09",
    "/graph/v1.0/me\tx",
    "/graph/v1.0/me x",
    // What encodes nothing, or no character, is read by each server as it likes.
    "/graph/v1.0/100%",
    "/graph/v1.0/100%zz",
    "/graph/v1.0/%u002e%u002e/me",
    "/graph/v1.0/%c0%ae%c0%ae/me",
    "/graph/v1.0/%ff",
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
  ["/graph/v1.0/%24%62atch//", true],
  ["/graph/v1.0/x%2F$batch", true],
  ["/graph/v1.0/%2524batch", false],
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
  ["/v1.0/me/drive/items/1/Content/", true],
  ["/v1.0/me/drive/items/1/%63ontent", true],
  ["/v1.0/me/drive/items/1/contentStream", true],
  ["/v1.0/me/drive/root:/content.txt", false],
  ["/v1.0/me/messages", false],
  ["/v1.0/me/content/messages", false],
])("%s is a file: %s", (path, expected) => {
  expect(isContentPath(at(path))).toBe(expected);
});

test("a path of a hundred thousand slashes is judged in no time", () => {
  const long = at(`/graph/v1.0/a${"/".repeat(100_000)}b`);
  expect([isBatchPath(long), isContentPath(long)]).toEqual([false, false]);
  expect(gatewayTarget(graph, long)).toMatchObject({ error: { code: "invalid_request" } });
});

test("no path leads out of its version, whatever it holds", () => {
  const piece = fc.constantFrom(
    ..."/.%25eEfF\\?#:a ",
    "%2e",
    "%2F",
    "%5c",
    "%25",
    "..",
    "%c0%ae",
    "\u00e9",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const target = gatewayTarget(graph, at(`/graph/v1.0/${pieces.join("")}`));
      if (!target.ok) return;
      const { origin, pathname } = new URL(target.value);
      const read = decodeURIComponent(pathname).split("/");
      expect([origin, read[1]]).toEqual(["https://graph.microsoft.com", "v1.0"]);
      expect(read.some((segment) => segment === "." || segment === "..")).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
