import { expect, expectTypeOf, test } from "vitest";
import * as browser from "../../../src/client/browser.ts";
import { exportsOf, unmentionedIn } from "../../support/entry-point.ts";

/** The package's entry point for pages, as a page that imports it sees its types. */

const { AzureError, ConnectError, connectInPopup, connectReasons, finishConnect } = browser;

test("every export is named in this file", () => {
  const { values, types } = exportsOf("src/client/browser.ts");
  expect(Object.keys(browser).toSorted()).toEqual(values);
  expect(unmentionedIn("test/unit/types/browser.test.ts", [...values, ...types])).toEqual([]);
});

test("connecting takes an address, a session and a way back, and gives the connection", () => {
  expectTypeOf(connectInPopup).toBeCallableWith({ baseUrl: "b", token: "t", returnUrl: "/r" });
  expectTypeOf<browser.ConnectOptions>().toHaveProperty("scopes");
  expectTypeOf(connectInPopup).returns.resolves.toEqualTypeOf<browser.ConnectionInfo>();
  expectTypeOf(finishConnect).returns.resolves.toEqualTypeOf<browser.FinishedConnect>();
  expectTypeOf<browser.FinishedConnect>().toEqualTypeOf<
    "delivered" | "nobody_waits" | "not_returned"
  >();
});

test("a failure is told by a closed set of reasons", () => {
  expectTypeOf<
    InstanceType<typeof ConnectError>["reason"]
  >().toEqualTypeOf<browser.ConnectReason>();
  expectTypeOf(connectReasons[0]).toEqualTypeOf<"popup_blocked">();
  expect(new ConnectError("timed_out", "It took too long.")).toMatchObject({
    name: "ConnectError",
    reason: "timed_out",
    message: "It took too long.",
  });
  expectTypeOf<InstanceType<typeof AzureError>>().toHaveProperty("code");
});

test("a page may be played", () => {
  expectTypeOf<Parameters<typeof finishConnect>[0]>().toEqualTypeOf<
    browser.BrowserPage | undefined
  >();
  expectTypeOf<
    ReturnType<browser.BrowserPage["openPopup"]>
  >().toEqualTypeOf<browser.Popup | null>();
  expectTypeOf<ReturnType<browser.BrowserPage["channel"]>>().toEqualTypeOf<browser.PageChannel>();
});
