import { describe, expect, test } from "vitest";
import type { Config } from "../../../../src/config/config.ts";
import {
  accountLinkTtl,
  accountLinkUrl,
  readAccountLink,
} from "../../../../src/connection/grant/account-link.ts";
import { base64url, type SessionSecret } from "../../../../src/platform/keys.ts";
import { makeOpaque } from "../../../../src/platform/opaque.ts";

const old = "a session secret of more than thirty-two bytes";
const secret: SessionSecret = [old];
const now = Date.UTC(2026, 10, 29, 12, 34, 56);
const objectId = "cccccccc-0000-4000-8000-00000000000c";
const tenantId = "aaaaaaaa-0000-4000-8000-00000000000a";
const connectionId = `user:${objectId}@${tenantId}`;

type Settings = Pick<Config, "publicOrigin" | "sessionSecret" | "mcpSignIn" | "tenantId">;
const settings: Settings = {
  publicOrigin: "https://azure.example",
  sessionSecret: secret,
  mcpSignIn: { kind: "standalone", tenants: "any" },
  tenantId: "common",
};
const linkOf = async (id = connectionId, change: Partial<Settings> = {}): Promise<string> => {
  const url = await accountLinkUrl({ ...settings, ...change }, id, now);
  return new URL(url ?? "none:").searchParams.get("link") ?? "";
};
const read = (link: string, at = now, by = secret) => readAccountLink(by, link, at);
const unknown = { ok: false, error: "unknown" };

describe("an account link", () => {
  test("is one parameter of this Worker's address, and says whose connection it is", async () => {
    const url = new URL((await accountLinkUrl(settings, connectionId, now)) ?? "");
    expect([url.origin, url.pathname, [...url.searchParams.keys()]]).toEqual([
      "https://azure.example",
      "/connect/account",
      ["link"],
    ]);
    expect(await read(await linkOf())).toEqual({ ok: true, value: { connectionId } });
  });

  test("lets whoever has it read neither the account nor the tenant", async () => {
    const text = new TextDecoder().decode(base64url.decode(await linkOf()));
    for (const part of ["user", objectId, tenantId]) expect(text).not.toContain(part);
  });

  test("is not made where the host knows who its user is, nor for a user who is no account", async () => {
    const host = { mcpSignIn: { kind: "host", url: "https://app.example" } } as const;
    expect(await accountLinkUrl({ ...settings, ...host }, connectionId, now)).toBeUndefined();
    expect(await accountLinkUrl(settings, "user:ada", now)).toBeUndefined();
    expect(await accountLinkUrl(settings, `${connectionId}:work`, now)).toBeUndefined();
  });

  test("is good for an hour, and then old", async () => {
    const link = await linkOf();
    expect((await read(link, now + accountLinkTtl - 1)).ok).toBe(true);
    expect(await read(link, now + accountLinkTtl)).toEqual({ ok: false, error: "expired" });
  });

  test("is good while the session secret is rotated, until the old version is taken out", async () => {
    const link = await linkOf();
    expect((await read(link, now, ["n".repeat(32), old])).ok).toBe(true);
    expect(await read(link, now, ["n".repeat(32)])).toEqual(unknown);
  });

  test("is refused with any part of it changed, old or not", async () => {
    const link = await linkOf();
    const middle = link.length >> 1;
    const changed = `${link.slice(0, middle)}${link[middle] === "A" ? "B" : "A"}${link.slice(middle + 1)}`;
    for (const one of ["", "made up", changed, link.slice(1), `${link}AAAA`, "A".repeat(9_000)]) {
      for (const at of [now, now + 2 * accountLinkTtl])
        expect(await read(one, at)).toEqual(unknown);
    }
  });

  test("is not what was sealed for another purpose", async () => {
    const content = JSON.stringify({ connection: connectionId, expires_at: now + 1 });
    expect(await read(await makeOpaque(secret, "cursor", [], content))).toEqual(unknown);
    expect((await read(await makeOpaque(secret, "account-link", [], content))).ok).toBe(true);
  });
});
