import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { EncryptionKey } from "../../../../src/config/config.ts";
import { TokenCipher } from "../../../../src/connection/tables/token-cipher.ts";
import { WatchKeyring } from "../../../../src/connection/watches/watch-keyring.ts";
import { openContent, readEncryptedContent } from "../../../../src/graph/encrypted-content.ts";
import { encryptedContent } from "../../../sandbox/graph/subscriptions/rich-content.ts";
import { signedInConnection, start } from "../support/connection.ts";

const day = 86_400_000;
const sealingKey = (kid: string, byte: number): EncryptionKey => ({
  kid,
  key: new Uint8Array(32).fill(byte),
});
const [k1, k2] = [sealingKey("k1", 1), sealingKey("k2", 2)];

/** A keyring, and the same tables under other keys of the deployment. */
function keyrings() {
  const clock = { at: start };
  const { state } = signedInConnection();
  const under = (...keys: EncryptionKey[]) =>
    new WatchKeyring({
      state,
      cipher: new TokenCipher("user:ada", keys),
      now: () => clock.at,
    });
  return { clock, state, under, keyring: under(k1) };
}

/** Whether the keyring opens what Graph encrypts for a certificate. */
async function opens(
  keyring: WatchKeyring,
  { id, certificate }: { id: string; certificate: string },
) {
  const sent = readEncryptedContent(
    encryptedContent('{"a":1}', { certificate, certificateId: id }),
  );
  const key = await keyring.privateKey(id);
  return sent !== undefined && key !== undefined && (await openContent(sent, key)).ok;
}

const watching =
  (id: string, encryptedFor: string) => (state: ReturnType<typeof keyrings>["state"]) => {
    state.watches.add({
      id,
      resource: "me/messages",
      change_types: ["created"],
      include_data: true,
      selected: ["subject"],
      catch_up: false,
      state: "active",
      created_at: start,
    });
    state.watches.update(id, { encrypted_for: encryptedFor });
  };

describe("the keys that items are encrypted for", () => {
  test("are one, however many ask for the first at once", async () => {
    const { keyring, state } = keyrings();
    const made = await Promise.all([keyring.current(), keyring.current(), keyring.current()]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await keyring.current()).toEqual(made[0]);
    expect(state.watchKeys.list()).toHaveLength(1);
  });

  test("have a certificate that lasts two years and opens what was encrypted for it", async () => {
    const { keyring } = keyrings();
    const current = await keyring.current();
    const certificate = new X509Certificate(Buffer.from(current.certificate, "base64"));
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.validFromDate.getTime()).toBe(start - 3_600_000);
    expect(certificate.validToDate.getTime()).toBe(start + 730 * day);
    expect(await opens(keyring, current)).toBe(true);
  });

  test("are stored sealed", async () => {
    const { keyring, state } = keyrings();
    await keyring.current();
    const [row] = state.watchKeys.list();
    expect(row?.private_key).toMatch(/^k1\.[\w-]{16}\.[\w-]{1000,}$/);
    // What PKCS8 begins with, in base64.
    expect(JSON.stringify(row)).not.toContain("MIIEv");
  });

  test("get a successor after a year; the old one opens as long as a subscription has it, and a day longer", async () => {
    const { clock, keyring, state } = keyrings();
    const old = await keyring.current();
    watching("w", old.id)(state);
    clock.at += 364 * day;
    expect(await keyring.current()).toEqual(old);
    clock.at += day;
    const next = await keyring.current();
    expect(next.id).not.toBe(old.id);
    expect([await opens(keyring, old), await opens(keyring, next)]).toEqual([true, true]);
    clock.at += 30 * day;
    expect(await keyring.current()).toEqual(next);
    expect(await opens(keyring, old)).toBe(true);
    state.watches.update("w", { encrypted_for: next.id });
    await keyring.current();
    expect(await opens(keyring, old)).toBe(false);
    expect(state.watchKeys.list().map(({ id }) => id)).toEqual([next.id]);
  });

  test("get a successor when no key of the deployment opens them any more", async () => {
    const { under, keyring } = keyrings();
    const lost = await keyring.current();
    const later = under(k2);
    expect(await later.privateKey(lost.id)).toBeUndefined();
    const next = await later.current();
    expect(next.id).not.toBe(lost.id);
    expect([await opens(later, lost), await opens(later, next)]).toEqual([false, true]);
    // A secret that was left out by mistake may come back.
    expect(await opens(under(k2, k1), lost)).toBe(true);
  });

  test("are sealed by the newest key of the deployment at the next renewal", async () => {
    const { under, keyring } = keyrings();
    const made = await keyring.current();
    expect(await under(k2, k1).current()).toEqual(made);
    expect(await opens(under(k2), made)).toBe(true);
  });

  test("go with the connection, also the one that is being made", async () => {
    const { keyring, state } = keyrings();
    const kept = await keyring.current();
    expect(await opens(keyring, kept)).toBe(true);
    state.disconnect(start);
    expect(await keyring.privateKey(kept.id)).toBeUndefined();
    const making = keyring.current();
    state.disconnect(start);
    await making;
    expect(state.watchKeys.list()).toEqual([]);
  });

  test("are made anew after one could not be stored", async () => {
    const { state, under } = keyrings();
    const cipher = new TokenCipher("user:ada", [k1]);
    let fails = true;
    const keyring = new WatchKeyring({
      state,
      cipher: {
        open: (column, sealed) => cipher.open(column, sealed),
        isCurrent: (sealed) => cipher.isCurrent(sealed),
        seal: (column, plain) =>
          fails ? Promise.reject(new Error("no entropy")) : cipher.seal(column, plain),
      },
      now: () => start,
    });
    const refused = await keyring.current().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    fails = false;
    expect(await opens(under(k1), await keyring.current())).toBe(true);
  });
});
