import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import {
  callerOfConsole,
  mintConsoleSession,
  verifyConsoleSession,
} from "../../../src/callers/console-session.ts";
import { mintSession } from "../../../src/callers/session.ts";
import { newestKey, type SessionSecret } from "../../../src/platform/keys.ts";

const secret: SessionSecret = ["a-session-secret-for-tests-of-at-least-32-bytes"];
const start = Date.parse("2026-11-29T08:00:00Z");
const eightHours = 8 * 3_600_000;
const ada = { name: "ada@contoso.example", role: "admin" } as const;

const tokenOf = async () => (await mintConsoleSession(secret, ada, start)).token;

describe("a session of the console", () => {
  test("is good for eight hours, to the second", async () => {
    const token = await tokenOf();
    const session = { ...ada, expiresAt: start + eightHours };
    expect(await verifyConsoleSession(secret, token, start)).toEqual(session);
    expect(await verifyConsoleSession(secret, token, start + eightHours - 1_000)).toEqual(session);
    expect(await verifyConsoleSession(secret, token, start + eightHours)).toBeUndefined();
  });

  test("survives a new secret that is put first, and no other", async () => {
    const token = await tokenOf();
    const other = "another-session-secret-of-at-least-32-bytes";
    expect(await verifyConsoleSession([other, ...secret], token, start)).toMatchObject(ada);
    expect(await verifyConsoleSession([other], token, start)).toBeUndefined();
  });

  test("is none that was made for something else, or says no role of ours", async () => {
    const minter = {
      kind: "api_key",
      id: "k",
      scopes: new Set(["connections:read"] as const),
    } as const;
    const user = await mintSession(secret, minter, { userId: "ada" }, start);
    const signed = async (claims: object, typ = "azure-console+jwt") =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "HS256", typ })
        .setIssuer("azure-integration-worker")
        .setAudience("azure-console")
        .setSubject("eve")
        .setIssuedAt(start / 1_000)
        .setExpirationTime(start / 1_000 + 60)
        .sign(await newestKey(secret, "console", "mac"));
    const tokens = [
      user.ok ? user.value.token : "",
      await signed({ role: "owner" }),
      await signed({}),
      await signed({ role: "admin" }, "azure-session+jwt"),
      `${await tokenOf()}x`,
      "",
    ];
    for (const token of tokens) {
      expect(await verifyConsoleSession(secret, token, start)).toBeUndefined();
    }
    expect(await verifyConsoleSession(secret, await signed({ role: "read" }), start)).toBeDefined();
  });

  test.each([
    ["read", ["connections:read"]],
    ["admin", ["connections:read", "connections:write", "admin"]],
  ] as const)("of %s has these scopes, and is never one user's", (role, scopes) => {
    const caller = callerOfConsole({ name: "ada", role, expiresAt: start });
    expect([...caller.scopes]).toEqual(scopes);
    expect(caller).toMatchObject({ kind: "console", expiresAt: start });
    expect(caller.userId).toBeUndefined();
  });
});
