import { describe, expect, test } from "vitest";
import {
  connectionOfCallback,
  signState,
  verifyState,
} from "../../../../src/connection/grant/authorization-state.ts";
import {
  signInPurposes,
  type SignInPurpose,
} from "../../../../src/connection/grant/sign-in-purpose.ts";
import type { SessionSecret } from "../../../../src/platform/keys.ts";
import {
  readAdminState,
  signAdminState,
} from "../../../../src/routes/sign-in/admin-consent-state.ts";

const old = "a session secret of more than thirty-two bytes";
const next = "the session secret that came after the first";
const before: SessionSecret = [old];
const during: SessionSecret = [next, old];
const after: SessionSecret = [next];

const purposes = Object.keys(signInPurposes) as SignInPurpose[];

describe.each(purposes)("a state of the purpose %s", (purpose) => {
  test("holds its content while the session secret is rotated, until the old version is taken out", async () => {
    const state = await signState(before, purpose, "user:ada");
    expect(await verifyState(during, purpose, state)).toBe("user:ada");
    expect(await verifyState(after, purpose, state)).toBeUndefined();
    expect(await verifyState(after, purpose, await signState(during, purpose, "user:ada"))).toBe(
      "user:ada",
    );
  });

  test.each(purposes.filter((other) => other !== purpose))("is worthless for %s", async (other) => {
    const state = await signState(before, purpose, "user:ada");
    expect(await verifyState(before, other, state)).toBeUndefined();
  });

  test("is refused with any part of it changed", async () => {
    const state = await signState(before, purpose, "user:ada");
    const [content = "", chance = "", mac = ""] = state.split(".");
    const another = (await signState(before, purpose, "user:eve")).split(".");
    for (const forged of [
      `${another[0]}.${chance}.${mac}`,
      `${content}.${another[1]}.${mac}`,
      `${content}.${chance}.${another[2]}`,
      `${content}.${chance}`,
      `${content}.${chance}.`,
      "",
    ]) {
      expect(await verifyState(before, purpose, forged)).toBeUndefined();
    }
  });
});

test.each(purposes)(
  "the callback of sign-ins takes a state of %s if it is one of its own",
  async (purpose) => {
    const state = await signState(before, purpose, "user:ada");
    // That of an MCP client is of no connection yet, and an operator's of none.
    const isOwn =
      signInPurposes[purpose].callbackPath === "/callback" &&
      purpose !== "mcp" &&
      purpose !== "console";
    expect(await connectionOfCallback(before, state)).toBe(isOwn ? "user:ada" : undefined);
  },
);

describe("the consent of an administrator", () => {
  const asked = { tenant: "organizations", return_url: "https://app.example/" };

  test("is remembered for ten minutes", async () => {
    const { state, expiresAt } = await signAdminState(before, asked, 0);
    expect(expiresAt).toBe(600_000);
    expect(await readAdminState(during, state, expiresAt - 1)).toEqual({
      ...asked,
      expires_at: expiresAt,
    });
    expect(await readAdminState(during, state, expiresAt)).toBeUndefined();
  });

  test("is not one that a sign-in's state stands for", async () => {
    const state = await signState(
      before,
      "connect",
      JSON.stringify({ tenant: "x", expires_at: 9 }),
    );
    expect(await readAdminState(before, state, 0)).toBeUndefined();
  });
});
