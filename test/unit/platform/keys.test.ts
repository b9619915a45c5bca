import { describe, expect, it } from "vitest";
import {
  base64url,
  newestKey,
  randomToken,
  sign,
  signAtOnce,
  verify,
  type SessionSecret,
} from "../../../src/platform/keys.ts";

const old = "a-session-secret-for-tests-of-at-least-32-bytes";
const secret: SessionSecret = [old];
const next = "another-session-secret-that-came-after-the-first";

describe("a key per purpose", () => {
  it("proves what it signed, and nothing else", async () => {
    const tag = await sign(secret, "state", "user:ada");
    expect(await verify(secret, "state", "user:ada", tag)).toBe(true);
    for (const [text, candidate] of [
      ["user:grace", tag],
      ["user:ada", `${tag.slice(0, -2)}AA`],
      ["user:ada", tag.slice(0, 20)],
      ["user:ada", "no base64!"],
      ["user:ada", "\ud800"],
      ["user:ada", ""],
    ] as const) {
      expect(await verify(secret, "state", text, candidate)).toBe(false);
    }
  });

  it("does not pass for another purpose or another secret", async () => {
    const tag = await sign(secret, "state", "x");
    expect(await verify(secret, "tenant-proof", "x", tag)).toBe(false);
    expect(await verify([`${old}!`], "state", "x", tag)).toBe(false);
  });

  it("is HKDF-SHA-256 (RFC 5869) of the secret, so that a rebuild signs the same", async () => {
    // Computed apart, by OpenSSL: salt empty, info azure-integration-worker/session, 32 bytes.
    const expected = "mb7XmsQ1_pmuvbf1JqlaH0nFuvDfb7wBVZ2XXrQyOXI";
    expect(await sign(secret, "session", "x")).toBe(expected);
  });

  it("signs at once as it does in its own time", async () => {
    const texts = ["", "x", "user:ada", "\u00fc\u{1f511}", "\ud800"];
    for (const text of texts) {
      expect(signAtOnce([old, next], "reconnect", text)).toBe(
        await sign([old, next], "reconnect", text),
      );
    }
  });

  it("is derived once", async () => {
    const key = await newestKey(secret, "ticket", "mac");
    expect(await newestKey([old, next], "ticket", "mac")).toBe(key);
  });

  it("is not the key that encrypts for that purpose", async () => {
    const mac = await newestKey(secret, "cursor", "mac");
    const cipher = await newestKey(secret, "cursor", "cipher");
    expect([mac.algorithm.name, cipher.algorithm.name]).toEqual(["HMAC", "AES-GCM"]);
  });
});

describe("a session secret in versions", () => {
  it("signs by the first and verifies by all, until one is taken out", async () => {
    const before = await sign([old], "state", "x");
    expect(await verify([next, old], "state", "x", before)).toBe(true);
    const after = await sign([next, old], "state", "x");
    expect(after).toBe(await sign([next], "state", "x"));
    expect(after).not.toBe(before);
    expect(await verify([next], "state", "x", before)).toBe(false);
    expect(await verify([next], "state", "y", after)).toBe(false);
  });
});

it("makes tokens of the asked length, never the same", () => {
  expect(base64url.decode(randomToken())).toHaveLength(32);
  expect(base64url.decode(randomToken(8))).toHaveLength(8);
  expect(randomToken()).not.toBe(randomToken());
});
