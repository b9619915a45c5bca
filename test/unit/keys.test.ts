import { describe, expect, it } from "vitest";
import { base64url, deriveKey, mac, randomToken, verifyMac } from "../../src/keys.ts";

const secret = "a-session-secret-for-tests-of-at-least-32-bytes";

describe("a key per purpose", () => {
  it("proves what it signed, and nothing else", async () => {
    const key = await deriveKey(secret, "state");
    const tag = await mac(key, "user:ada");
    expect(await verifyMac(key, "user:ada", tag)).toBe(true);
    expect(await verifyMac(key, "user:grace", tag)).toBe(false);
    expect(await verifyMac(key, "user:ada", `${tag.slice(0, -2)}AA`)).toBe(false);
    expect(await verifyMac(key, "user:ada", tag.slice(0, 20))).toBe(false);
    expect(await verifyMac(key, "user:ada", "no base64!")).toBe(false);
    expect(await verifyMac(key, "user:ada", "")).toBe(false);
  });

  it("does not pass for another purpose or another secret", async () => {
    const tag = await mac(await deriveKey(secret, "cursor"), "x");
    expect(await verifyMac(await deriveKey(secret, "operation"), "x", tag)).toBe(false);
    expect(await verifyMac(await deriveKey(`${secret}!`, "cursor"), "x", tag)).toBe(false);
  });

  it("is HKDF-SHA-256 (RFC 5869) of the secret, so that a rebuild signs the same", async () => {
    // Computed apart, by OpenSSL: salt empty, info azure-integration-worker/session, 32 bytes.
    const expected = "mb7XmsQ1_pmuvbf1JqlaH0nFuvDfb7wBVZ2XXrQyOXI";
    expect(await mac(await deriveKey(secret, "session"), "x")).toBe(expected);
  });

  it("is derived once", async () => {
    expect(await deriveKey(secret, "ticket")).toBe(await deriveKey(secret, "ticket"));
  });
});

it("makes tokens of the asked length, never the same", () => {
  expect(base64url.decode(randomToken())).toHaveLength(32);
  expect(base64url.decode(randomToken(8))).toHaveLength(8);
  expect(randomToken()).not.toBe(randomToken());
});
