import { describe, expect, test } from "vitest";
import { signState, verifyState } from "../../../../src/connection/grant/authorization-state.ts";
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

describe("while the session secret is rotated", () => {
  test("a sign-in that began before goes on, until the old version is taken out", async () => {
    const state = await signState(before, "user:ada");
    expect(await verifyState(during, state)).toBe("user:ada");
    expect(await verifyState(after, state)).toBeUndefined();
    expect(await verifyState(after, await signState(during, "user:ada"))).toBe("user:ada");
  });

  test("so does a consent of an administrator", async () => {
    const content = { tenant: "organizations", expires_at: 1_000 };
    const state = await signAdminState(before, content);
    expect(await readAdminState(during, state, 0)).toEqual(content);
    expect(await readAdminState(after, state, 0)).toBeUndefined();
    expect(await readAdminState(after, await signAdminState(during, content), 0)).toEqual(content);
  });
});
