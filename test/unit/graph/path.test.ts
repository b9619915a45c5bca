import { describe, expect, it } from "vitest";
import { encodedFilePath, graphPath, ownerPath } from "../../../src/graph/path.ts";

describe("graphPath", () => {
  it.each([
    ["ada@contoso.example", "/users/ada%40contoso.example"],
    [
      "alan_fabrikam.example#EXT#@contoso.example",
      "/users/alan_fabrikam.example%23EXT%23%40contoso.example",
    ],
    ["AAMk/9CU+AAA=", "/users/AAMk%252F9CU%2BAAA%3D"],
    ["a/b?c", "/users/a%252Fb%3Fc"],
    ["a//b", "/users/a%252F%252Fb"],
    ["a%2Fb", "/users/a%252Fb"],
    ["%2e%2e", "/users/%252e%252e"],
    ["$&", "/users/%24%26"],
  ])("encodes %s as one segment", (id, path) => {
    expect(graphPath("/users/{id}", { id })).toEqual({ ok: true, value: path });
  });

  it.each([
    "",
    ".",
    "..",
    "../me",
    String.raw`a\..\b`,
    "a\nb",
    "$count",
    "$value",
    "$BATCH",
    "$ref/x",
  ])("refuses %j as an id", (id) => {
    expect(graphPath("/users/{id}", { id })).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "id" } },
    });
  });

  it("starts at the signed-in user, or at another", () => {
    expect(ownerPath(undefined, "/events")).toEqual({ ok: true, value: "/me/events" });
    expect(ownerPath("ada", "/events")).toEqual({ ok: true, value: "/users/ada/events" });
  });
});

describe("encodedFilePath", () => {
  it.each([
    ["", ""],
    ["/", ""],
    ["Documents/Q1 report.docx", "Documents/Q1%20report.docx"],
    ["/a//b/", "a/b"],
    ["100% #1?.txt", "100%25%20%231%3F.txt"],
    ["a:b", "a%3Ab"],
    ["..hidden/file..txt", "..hidden/file..txt"],
    ["Sale %20 off.txt", "Sale%20%2520%20off.txt"],
    ["%2e%2e/%2Fetc", "%252e%252e/%252Fetc"],
    ["C++ & C#.md", "C%2B%2B%20%26%20C%23.md"],
    ["caf\u00e9", "caf%C3%A9"],
    ["cafe\u0301", "cafe%CC%81"],
    ["x".repeat(1_000), "x".repeat(1_000)],
    ["Größe/日本.txt", "Gr%C3%B6%C3%9Fe/%E6%97%A5%E6%9C%AC.txt"],
  ])("encodes %j", (path, encoded) => {
    expect(encodedFilePath(path)).toEqual({ ok: true, value: encoded });
  });

  it.each(["..", "a/../b", "./a", String.raw`a\b`, "a\u0000b"])("refuses %j", (path) => {
    expect(encodedFilePath(path)).toMatchObject({
      ok: false,
      error: { details: { field: "path" } },
    });
  });
});

describe("a lone surrogate, which no URL can hold", () => {
  it.each(["\ud800", "a\udfffb", "\udc00\ud800", "ok/\ud83d.txt"])("is refused in %j", (text) => {
    expect(graphPath("/users/{id}", { id: text })).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "id" } },
    });
    expect(encodedFilePath(text)).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "path" } },
    });
  });
});
