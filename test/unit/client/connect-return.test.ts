import { describe, expect, test } from "vitest";
import {
  channelOf,
  readReturn,
  readReturnMessage,
  returnUrlOf,
} from "../../../src/client/connect-return.ts";

const page = { href: "https://app.example/settings?tab=mail", origin: "https://app.example" };

describe("the return URL of an attempt", () => {
  test.each([
    ["/connected", "https://app.example/connected?connect=a1"],
    ["connected?x=1#part", "https://app.example/connected?x=1&connect=a1#part"],
    ["https://app.example/connected", "https://app.example/connected?connect=a1"],
    ["", "https://app.example/settings?tab=mail&connect=a1"],
    ["/connected?connect=old", "https://app.example/connected?connect=a1"],
  ])("of %j is %s", (given, url) => {
    expect(returnUrlOf(given, page, "a1")).toBe(url);
  });

  test.each([
    "https://other.example/connected",
    "http://app.example/connected",
    "https://app.example:8443/connected",
    "//other.example/connected",
    "data:text/html,x",
    "javascript:alert(1)",
    "https://",
  ])("is none of another origin: %s", (given) => {
    expect(returnUrlOf(given, page, "a1")).toBeUndefined();
  });
});

describe("an address that a sign-in came back to", () => {
  test("gives its attempt and flow, and is itself again without them", () => {
    expect(
      readReturn("https://app.example/c?x=1&connect=a1&status=confirmation_required&flow=f#part"),
    ).toEqual({
      attempt: "a1",
      message: { kind: "flow", flow: "f" },
      rest: "https://app.example/c?x=1#part",
    });
  });

  test.each([
    ["error=access_denied&error_description=No.", "access_denied", "No."],
    ["error=server_error", "server_error", "server_error"],
    // An error wins: nothing is confirmed that was refused.
    ["error=access_denied&error_description=No.&flow=f", "access_denied", "No."],
  ])("gives a refusal: %s", (query, error, description) => {
    expect(readReturn(`https://app.example/c?connect=a1&${query}`)).toEqual({
      attempt: "a1",
      message: { kind: "refused", error, description },
      rest: "https://app.example/c",
    });
  });

  test.each([
    "https://app.example/c",
    "https://app.example/c?flow=f",
    "https://app.example/c?connect=&flow=f",
    "https://app.example/c?connect=a1",
    "https://app.example/c?connect=a1&status=connected",
    "no address",
  ])("is not %s", (href) => {
    expect(readReturn(href)).toBeUndefined();
  });
});

describe("a message between the two pages", () => {
  test.each([
    { kind: "flow", flow: "f" },
    { kind: "refused", error: "access_denied", description: "No." },
  ])("is %o, and nothing more than that", (message) => {
    expect(readReturnMessage({ ...message, token: "t" })).toEqual(message);
  });

  test.each([
    undefined,
    null,
    "received",
    ["flow"],
    {},
    { kind: "flow" },
    { kind: "flow", flow: 1 },
    { kind: "refused", error: "x" },
    { kind: "other", flow: "f" },
  ])("is not %o", (data) => {
    expect(readReturnMessage(data)).toBeUndefined();
  });

  test("goes over a channel of its attempt alone", () => {
    expect(channelOf("a1")).not.toBe(channelOf("a2"));
  });
});
