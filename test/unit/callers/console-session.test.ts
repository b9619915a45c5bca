import { describe, expect, test } from "vitest";
import {
  callerOfConsole,
  mintConsoleSession,
  readConsoleSession,
} from "../../../src/callers/console-session.ts";
import { mintSession } from "../../../src/callers/session.ts";
import type { SessionSecret } from "../../../src/platform/keys.ts";
import { seal } from "../../../src/platform/opaque.ts";

const secret: SessionSecret = ["a-session-secret-for-tests-of-at-least-32-bytes"];
const start = Date.parse("2026-11-29T08:00:00Z");
const eightHours = 8 * 3_600_000;
const ada = { name: "ada@contoso.example", role: "admin" } as const;

const tokenOf = async () => (await mintConsoleSession(secret, ada, start)).token;

describe("a session of the console", () => {
  test("is good for eight hours", async () => {
    const token = await tokenOf();
    const session = { ...ada, expires_at: new Date(start + eightHours).toISOString() };
    expect(await readConsoleSession(secret, token, start)).toEqual(session);
    expect(await readConsoleSession(secret, token, start + eightHours - 1)).toEqual(session);
    expect(await readConsoleSession(secret, token, start + eightHours)).toBeUndefined();
  });

  test("survives a new secret that is put first, and no other", async () => {
    const token = await tokenOf();
    const other = "another-session-secret-of-at-least-32-bytes";
    expect(await readConsoleSession([other, ...secret], token, start)).toMatchObject(ada);
    expect(await readConsoleSession([other], token, start)).toBeUndefined();
  });

  test("is none that was made for something else, or says no role of ours", async () => {
    const minter = {
      kind: "api_key",
      id: "k",
      scopes: new Set(["connections:read"] as const),
    } as const;
    const user = await mintSession(secret, minter, { userId: "ada" }, start);
    const eve = { name: "eve", role: "admin", expires_at: new Date(start + 60_000).toISOString() };
    const { role: _, ...nobody } = eve;
    const tokens = [
      user.ok ? user.value.token : "",
      await seal(secret, "console", ["session"], { ...eve, role: "owner" }),
      await seal(secret, "console", ["session"], nobody),
      // What the browser keeps of a sign-in under way is sealed by the same key.
      await seal(secret, "console", ["state"], eve),
      await seal(secret, "account-link", ["session"], eve),
      `${await tokenOf()}x`,
      "",
    ];
    for (const token of tokens) {
      expect(await readConsoleSession(secret, token, start)).toBeUndefined();
    }
    const sealed = await seal(secret, "console", ["session"], eve);
    expect(await readConsoleSession(secret, sealed, start)).toEqual(eve);
  });

  test.each([
    ["read", ["connections:read"]],
    ["admin", ["connections:read", "connections:write", "admin"]],
  ] as const)("of %s has these scopes, and is never one user's", (role, scopes) => {
    const caller = callerOfConsole({
      name: "ada",
      role,
      expires_at: new Date(start).toISOString(),
    });
    expect([...caller.scopes]).toEqual(scopes);
    expect(caller).toMatchObject({ kind: "console", expiresAt: start });
    expect(caller.userId).toBeUndefined();
  });
});
