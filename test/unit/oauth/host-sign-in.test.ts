import { describe, expect, test } from "vitest";
import {
  continueUrl,
  readHostState,
  readTicket,
  signHostState,
} from "../../../src/oauth/host-sign-in.ts";

const sessionSecret = ["a-session-secret-for-tests-of-at-least-32-bytes"] as const;
const another = ["another-session-secret-of-at-least-32-bytes-here"] as const;
const publicOrigin = "https://azure.example.com";
const handle = "h".repeat(43);
const now = 1_800_000_000_000;
const minute = 60_000;

describe("a state for the host's page", () => {
  test.each([
    ["at once", 0, handle],
    ["to the end of ten minutes", 10 * minute - 1, handle],
    ["after ten minutes", 10 * minute, undefined],
  ])("gives its handle back %s: %#", async (_, later, given) => {
    const state = await signHostState(sessionSecret, handle, now);
    expect(await readHostState(sessionSecret, state, now + later)).toBe(given);
  });

  test("of another secret, or altered, is none", async () => {
    const state = await signHostState(sessionSecret, handle, now);
    expect(await readHostState(another, state, now)).toBeUndefined();
    expect(await readHostState([another[0], sessionSecret[0]], state, now)).toBe(handle);
    for (const wrong of [state.replace("h", "i"), `${state}A`, state.slice(1), "", "a.b.c"]) {
      expect(await readHostState(sessionSecret, wrong, now)).toBeUndefined();
    }
  });
});

describe("the address that the host sends its browser to", () => {
  const made = async (user: { userId: string; label?: string }) => {
    const state = await signHostState(sessionSecret, handle, now);
    const { url, expiresAt } = await continueUrl({ publicOrigin, sessionSecret }, state, user, now);
    return { state, url: new URL(url), expiresAt };
  };
  const ticketIn = (url: URL): string => url.searchParams.get("ticket") ?? "";

  test("is one of this Worker, good for a minute, and holds nobody but the user", async () => {
    const { url, state, expiresAt } = await made({ userId: "user|42@x~=+._-" });
    expect(url.origin + url.pathname).toBe(`${publicOrigin}/oauth/authorize/continue`);
    expect(url.searchParams.get("state")).toBe(state);
    expect(expiresAt).toBe(now + minute);
    const read = (at: number) => readTicket(sessionSecret, state, ticketIn(url), at);
    expect(await read(now + minute - 1)).toEqual({ userId: "user|42@x~=+._-" });
    expect(await read(now + minute)).toBeUndefined();
  });

  test("may name an account of the user", async () => {
    const { url, state } = await made({ userId: "ada", label: "work" });
    const read = await readTicket(sessionSecret, state, ticketIn(url), now);
    expect(read).toEqual({ userId: "ada", label: "work" });
  });

  test("is worthless for another state or user, and as a state", async () => {
    const { url, state } = await made({ userId: "ada", label: "work" });
    const ticket = ticketIn(url);
    const other = await signHostState(sessionSecret, "i".repeat(43), now);
    expect(await readTicket(sessionSecret, other, ticket, now)).toBeUndefined();
    expect(await readTicket(another, state, ticket, now)).toBeUndefined();
    for (const wrong of [
      ticket.replace("ada", "eve"),
      ticket.replace("work", ""),
      ticket.replace(":work", "work:"),
      ticket.replace(/^\d+/, String(now + 9 * minute)),
      `${ticket}:`,
      "",
      ":::",
    ]) {
      expect(await readTicket(sessionSecret, state, wrong, now)).toBeUndefined();
    }
    expect(await readHostState(sessionSecret, ticket, now)).toBeUndefined();
  });
});
