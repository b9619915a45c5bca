import { describe, expect, test } from "vitest";
import { AzureError, isAzureError } from "../../../src/client/index.ts";
import { failure } from "../../../src/contract/errors.ts";

describe("isAzureError", () => {
  const reason = failure("throttled", "Later.", { retry_after: 3 });

  test("knows an error of this package, and one that came through RPC without its class", () => {
    const made = new AzureError(reason);
    const received = Object.assign(new Error(made.message), { ...made });
    expect(received).not.toBeInstanceOf(AzureError);
    for (const error of [made, received]) {
      expect(isAzureError(error) && [error.code, error.status, error.retry_after]).toEqual([
        "throttled",
        429,
        3,
      ]);
    }
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "throttled"],
    ["a failure that was not thrown", reason],
    ["an error of the platform", new TypeError("fetch failed")],
    ["one with another's code", Object.assign(new Error("x"), { code: "ENOENT", status: 404 })],
    ["one without a status", Object.assign(new Error("x"), { code: "not_found" })],
    ["one with another status", Object.assign(new Error("x"), { code: "not_found", status: 500 })],
    ["one that names a member of every object", Object.assign(new Error(), { code: "toString" })],
  ])("does not take %s for one", (_, error) => {
    expect(isAzureError(error)).toBe(false);
  });
});
