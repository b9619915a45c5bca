import { expect, test } from "vitest";
import { readReturnUrl, returnTo } from "../../../src/config/return-url.ts";

const origins = ["https://app.example", "http://localhost:3000"];

test.each([
  "https://app.example",
  "https://app.example/",
  "https://app.example/done?x=1#y",
  "https://app.example:443/done",
  "http://localhost:3000/done",
])("a browser may return to %s", (text) => {
  expect(readReturnUrl(text, origins)?.href).toBe(new URL(text).href);
});

test.each([
  "https://evil.example/",
  "https://app.example.evil.example/",
  "https://app.example@evil.example/",
  "https://user:password@app.example/",
  "https://user@app.example/",
  "https://evil.example\\@app.example/",
  "https://app.example\\.evil.example/",
  "https:\\\\app.example/",
  "http://app.example/",
  "https://app.example:8443/",
  "http://localhost:3001/",
  "//app.example/",
  "/done",
  "javascript:alert(1)//https://app.example",
  "data:text/html,https://app.example",
  "https://app.example/\r\nset-cookie:x",
  " https://app.example/",
  "https://app.exa\tmple/",
  "",
])("a browser may not return to %j", (text) => {
  expect(readReturnUrl(text, origins)).toBeUndefined();
});

test.each([
  ["http://localhost:3000/done", true],
  ["http://localhost:65535/", true],
  ["http://localhost/", true],
  ["https://localhost:3000/", false],
  ["http://127.0.0.1:3000/", false],
  ["http://a.localhost:3000/", false],
  ["http://localhost.evil.example:3000/", false],
  ["http://user@localhost:3000/", false],
])("where every port of localhost is listed, returning to %s is %s", (text, allowed) => {
  expect(readReturnUrl(text, ["http://localhost:*"]) !== undefined).toBe(allowed);
});

test("nobody may return anywhere when no origin is listed", () => {
  expect(readReturnUrl("https://app.example/", [])).toBeUndefined();
});

test("what the page has to know is added to its own query", () => {
  expect(returnTo("https://app.example/done?tab=2&status=old#part", { status: "connected" })).toBe(
    "https://app.example/done?tab=2&status=connected#part",
  );
});
