import { describe, expect, it } from "vitest";
import { encodedFilePath, graphPath, ownerPath } from "../../../src/graph/path.ts";

describe("graphPath", () => {
  it.each([
    ["ada@contoso.example", "/users/ada%40contoso.example"],
    [
      "alan_fabrikam.example#EXT#@contoso.example",
      "/users/alan_fabrikam.example%23EXT%23%40contoso.example",
    ],
    ["a/b?c", "/users/a%2Fb%3Fc"],
    ["$&", "/users/%24%26"],
  ])("encodes %s as one segment", (id, path) => {
    expect(graphPath("/users/{id}", { id })).toEqual({ ok: true, value: path });
  });

  it.each(["", ".", "..", "../me", String.raw`a\..\b`, "a\nb"])("refuses %j as an id", (id) => {
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
