import { describe, expect, test } from "vitest";
import {
  clientStateOf,
  isClientState,
  newWatchId,
  notificationUrl,
  readWatchToken,
  signerOf,
  watchToken,
} from "../../../../src/connection/watches/watch-address.ts";
import type { SessionSecret } from "../../../../src/platform/keys.ts";

const secret: SessionSecret = ["s".repeat(32)];
const rotated: SessionSecret = ["n".repeat(32), ...secret];
const address = { connectionId: "user:ä|+=~-@42:work", watch: newWatchId(), incarnation: 3 };

describe("the address of a subscription", () => {
  test("is read back by the secret that signed it, and by a newer one beside it", async () => {
    const token = watchToken(secret, address);
    expect(await readWatchToken(secret, token)).toEqual(address);
    expect(await readWatchToken(rotated, token)).toEqual(address);
    expect(await readWatchToken([rotated[0]], token)).toBeUndefined();
    const url = new URL(notificationUrl("https://azure.example.com", secret, address));
    expect([url.pathname, url.searchParams.get("watch")]).toEqual(["/notifications", token]);
  });

  test.each<[string, (token: string) => string]>([
    ["nothing", () => ""],
    ["another incarnation", (token) => token.replace("-3.", "-4.")],
    ["another connection", (token) => `x${token}`],
    ["another MAC", (token) => `${token.slice(0, -4)}AAAA`],
    ["no MAC", (token) => token.slice(0, token.lastIndexOf("."))],
    ["more behind it", (token) => `${token}.x`],
    [
      "the secret of its notifications as MAC",
      (token) => `${token.slice(0, token.lastIndexOf("."))}.${clientStateOf(secret, address)}`,
    ],
  ])("with %s is none", async (_, change) => {
    expect(await readWatchToken(secret, change(watchToken(secret, address)))).toBeUndefined();
  });

  test("is known to be of an older secret", () => {
    expect(signerOf(secret)).not.toBe(signerOf(rotated));
    expect(signerOf(secret)).toBe(signerOf([...secret]));
  });
});

test("a notification is of one subscription alone", async () => {
  const state = clientStateOf(secret, address);
  expect(state.length).toBeLessThanOrEqual(128);
  expect(await isClientState(rotated, address, state)).toBe(true);
  expect(await isClientState(secret, { ...address, incarnation: 4 }, state)).toBe(false);
  expect(await isClientState(secret, { ...address, connectionId: "user:b" }, state)).toBe(false);
  for (const wrong of ["", "x", `${state}x`, watchToken(secret, address)]) {
    expect(await isClientState(secret, address, wrong)).toBe(false);
  }
});
