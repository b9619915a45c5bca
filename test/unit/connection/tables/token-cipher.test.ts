import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EncryptionKey } from "../../../../src/config/config.ts";
import { TokenCipher, type SealedColumn } from "../../../../src/connection/tables/token-cipher.ts";

const key = (kid: string, fill: number): EncryptionKey => ({
  kid,
  key: new Uint8Array(32).fill(fill),
});
const connection = "user:ada";
const cipher = (...keys: EncryptionKey[]) => new TokenCipher(connection, keys);
const old = key("2025", 1);
const current = key("2026", 2);

describe("TokenCipher", () => {
  test("opens what it sealed, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 2_000 }), async (text) => {
        const sealed = await cipher(current).seal("refresh_token", text);
        expect(await cipher(current).open("refresh_token", sealed)).toEqual({
          ok: true,
          value: text,
        });
      }),
      { numRuns: 50 },
    );
  });

  test("seals with the first key and opens with every one", async () => {
    const before = await cipher(old).seal("refresh_token", "secret");
    const both = cipher(current, old);
    expect(await both.open("refresh_token", before)).toEqual({ ok: true, value: "secret" });
    expect(both.isCurrent(before)).toBe(false);
    const after = await both.seal("refresh_token", "secret");
    expect(both.isCurrent(after)).toBe(true);
    expect(await cipher(current).open("refresh_token", after)).toEqual({
      ok: true,
      value: "secret",
    });
    expect(await cipher(current).open("refresh_token", before)).toEqual({
      ok: false,
      error: "unknown_key",
    });
  });

  test("never seals the same text to the same ciphertext", async () => {
    const seal = () => cipher(current).seal("refresh_token", "secret");
    expect(await seal()).not.toBe(await seal());
  });

  const elsewhere: [string, string, SealedColumn][] = [
    ["another connection", "user:ada:work", "refresh_token"],
    ["another column", connection, "access_token"],
  ];
  test.each(elsewhere)("opens nothing in the place of %s", async (_name, id, column) => {
    const sealed = await cipher(current).seal("refresh_token", "secret");
    expect(await new TokenCipher(id, [current]).open(column, sealed)).toEqual({
      ok: false,
      error: "tampered",
    });
  });

  test("notices a change of any character of nonce, text or tag", async () => {
    const sealed = await cipher(current).seal("refresh_token", "secret");
    for (let at = current.kid.length + 1; at < sealed.length; at += 1) {
      if (sealed[at] === ".") continue;
      // Both stand for other bits than the character itself, in every place of a base64url group.
      const character = sealed[at] === "A" ? "w" : "A";
      const altered = `${sealed.slice(0, at)}${character}${sealed.slice(at + 1)}`;
      expect(await cipher(current).open("refresh_token", altered)).toEqual({
        ok: false,
        error: "tampered",
      });
    }
  });

  test.each(["", "2026", "2026.", "2026..", "2026.!.?", "2026.AAAA.AAAA"])(
    "takes %j for no ciphertext",
    async (text) => {
      expect((await cipher(current).open("refresh_token", text)).ok).toBe(false);
    },
  );

  test("does not take one key for another of the same beginning", async () => {
    const sealed = await cipher(key("k10", 3)).seal("refresh_token", "secret");
    const ring = cipher(key("k1", 4), key("k10", 3));
    expect(ring.isCurrent(sealed)).toBe(false);
    expect(await ring.open("refresh_token", sealed)).toEqual({ ok: true, value: "secret" });
  });
});
