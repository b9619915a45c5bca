import { describe, expect, test } from "vitest";
import {
  accountHash,
  readReconnectLink,
  reconnectLinkTtl,
  reconnectUrl,
} from "../../../../src/connection/grant/reconnect-link.ts";
import { base64url, sign, type SessionSecret } from "../../../../src/platform/keys.ts";

const old = "a session secret of more than thirty-two bytes";
const secret: SessionSecret = [old];
const account = { tenantId: "tenant-of-ada", objectId: "object-of-ada" };
const now = Date.UTC(2026, 10, 28, 12, 34, 56);
const hour = 60 * 60_000;

const urlOf = (change: Partial<Parameters<typeof reconnectUrl>[0]> = {}) =>
  new URL(
    reconnectUrl({
      connectionId: "user:ada:work",
      account,
      publicOrigin: "https://azure.example",
      sessionSecret: secret,
      now,
      ...change,
    }),
  );
const linkOf = (change?: Parameters<typeof urlOf>[0]): string =>
  urlOf(change).searchParams.get("link") ?? "";
const read = (link: string, at = now, by: SessionSecret = secret) =>
  readReconnectLink(by, link, at);

describe("a reconnect link", () => {
  test("is one parameter of this Worker's address", () => {
    const { origin, pathname, searchParams } = urlOf();
    expect([origin, pathname, [...searchParams.keys()]]).toEqual([
      "https://azure.example",
      "/reconnect",
      ["link"],
    ]);
  });

  test("says which connection it repairs, of which account, and what was lacking", async () => {
    expect(await read(linkOf({ scopes: ["Contacts.Read"] }))).toEqual({
      ok: true,
      value: {
        connectionId: "user:ada:work",
        link: { account: accountHash(account), scopes: ["Contacts.Read"] },
      },
    });
  });

  test("names neither the tenant nor the object id of its account", () => {
    const [body = ""] = linkOf().split(".");
    const text = new TextDecoder().decode(base64url.decode(body));
    expect(text).toContain("user:ada:work");
    expect(text).not.toMatch(/(tenant|object)-of-ada/);
  });

  test("is good for 30 days, an hour at most left out, and then old", async () => {
    const link = linkOf();
    expect((await read(link, now + reconnectLinkTtl - hour)).ok).toBe(true);
    expect(await read(link, now + reconnectLinkTtl)).toEqual({ ok: false, error: "expired" });
  });

  test("is the same for whoever reads the remedy within the hour, and another one later", () => {
    expect(linkOf({ now: now + 60_000 })).toBe(linkOf());
    expect(linkOf({ now: now + hour })).not.toBe(linkOf());
  });

  test("is good while the session secret is rotated, until the old version is taken out", async () => {
    expect((await read(linkOf(), now, ["n".repeat(32), old])).ok).toBe(true);
    expect(await read(linkOf(), now, ["n".repeat(32)])).toEqual({ ok: false, error: "unknown" });
  });

  test("is refused with any part of it changed, old or not", async () => {
    const link = linkOf();
    const [body = "", mac = ""] = link.split(".");
    const [otherBody = "", otherMac = ""] = linkOf({ connectionId: "user:eve" }).split(".");
    const forged = [
      "",
      body,
      `${body}.`,
      `${otherBody}.${mac}`,
      `${body}.${otherMac}`,
      `${body}.${mac}.${mac}`,
      `${body.slice(0, -1)}.${mac}`,
      `${link}A`,
      ` ${link}`,
    ];
    for (const one of forged) {
      for (const at of [now, now + 2 * reconnectLinkTtl]) {
        expect(await read(one, at)).toEqual({ ok: false, error: "unknown" });
      }
    }
  });

  test("is not what was signed for another purpose", async () => {
    const [body = ""] = linkOf().split(".");
    const mac = await sign(secret, "state", body);
    expect(await read(`${body}.${mac}`)).toEqual({ ok: false, error: "unknown" });
  });
});

test("two accounts have two hashes, wherever the border between their ids lies", () => {
  const hashes = [
    account,
    { ...account, tenantId: "other" },
    { ...account, objectId: "other" },
    { tenantId: account.objectId, objectId: account.tenantId },
  ].map(accountHash);
  expect(new Set(hashes).size).toBe(hashes.length);
});
