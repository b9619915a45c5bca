import { describe, expect, it } from "vitest";
import { isErrorDocument, parseJson, writeJson } from "../../../src/http/json.ts";
import { deepJson } from "./odd-json.ts";

describe("isErrorDocument", () => {
  it.each<[unknown, boolean]>([
    [{ error: {} }, true],
    [{ error: { code: "NotFound", message: "x" } }, true],
    [{ error: null }, false],
    [{ error: [] }, false],
    [{ error: "x" }, false],
    [{ id: "1", error: { code: "x" } }, false],
    [{}, false],
    [[{ error: {} }], false],
    [undefined, false],
  ])("of %j is %s", (body, expected) => {
    expect(isErrorDocument(body)).toBe(expected);
  });
});

describe("parseJson", () => {
  it.each<[string, unknown]>([
    ['{"a":[1,"b",null]}', { a: [1, "b", null] }],
    ["null", null],
    ["0", 0],
    [deepJson(500), JSON.parse(deepJson(500))],
  ])("reads %#", (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it.each([
    ["nothing", ""],
    ["HTML", "<html>"],
    ["half a document", '{"value":['],
    ["lists of 501 levels", deepJson(501)],
    ["lists of 200,000 levels", deepJson()],
    ["objects of 200,000 levels", `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`],
    ["a deep branch among others", `{"a":1,"b":[[],${deepJson(600)}]}`],
  ])("does not read %s", (_, text) => {
    expect(parseJson(text)).toBe(undefined);
  });
});

describe("writeJson", () => {
  it("writes what JSON can hold, lone surrogates as escapes", () => {
    expect(writeJson({ a: "\ud800" }, "body")).toEqual({ ok: true, value: '{"a":"\\ud800"}' });
  });

  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  it.each([
    ["a cycle", cycle],
    ["a BigInt", { size: 1n }],
    ["a function", () => 1],
    ["501 levels", JSON.parse(deepJson(501))],
    ["200,000 levels", JSON.parse(deepJson())],
  ])("names the field that holds %s", (_, value) => {
    expect(writeJson(value, "event")).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "event" } },
    });
  });
});
