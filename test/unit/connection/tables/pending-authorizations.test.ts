import { describe, expect, test } from "vitest";
import {
  PendingAuthorizations,
  type StartedAuthorization,
} from "../../../../src/connection/tables/pending-authorizations.ts";
import { migrate } from "../../../../src/connection/tables/schema.ts";
import { sqlStorage } from "../support/sql-storage.ts";

const begun = Date.UTC(2026, 10, 28);

/** The sign-ins of a connection, and who began them in which order. */
function pending() {
  const { sql, ...storage } = sqlStorage();
  migrate({ ...storage, sql }, 0);
  const table = new PendingAuthorizations(sql);
  let count = 0;
  const add = (start: StartedAuthorization["start"], from: string | null = null) => {
    count += 1;
    const state = `${from ?? start} ${count}`;
    const added = table.add({
      state_hash: state,
      start,
      tenant: "common",
      scopes: [],
      redirect_uri: "https://azure.example/callback",
      return_url: null,
      login_hint: null,
      prompt: null,
      code_verifier: "sealed",
      nonce: "n",
      browser_hash: null,
      begun_from: from,
      created_at: begun + count,
      expires_at: begun + 600_000,
    });
    return added ? state : undefined;
  };
  const has = (state: string | undefined) => table.byState(state ?? "", begun) !== undefined;
  return { add, has, table };
}

const times = (count: number, work: () => unknown) => {
  for (let done = 0; done < count; done += 1) work();
};

describe("a reconnect link that is pressed often", () => {
  test("ends no sign-in that the owner began by it elsewhere", () => {
    const { add, has } = pending();
    const owners = add("reconnect", "home");
    times(100, () => add("reconnect", "attacker"));
    expect(has(owners)).toBe(true);
  });

  test("leaves room for the owner, who comes last", () => {
    const { add, has } = pending();
    times(100, () => add("reconnect", "attacker"));
    const owners = add("reconnect", "home");
    times(100, () => add("reconnect", "attacker"));
    expect(has(owners)).toBe(true);
  });

  test("ends the oldest of its own network", () => {
    const { add, has } = pending();
    const pressed = Array.from({ length: 12 }, () => add("reconnect", "home"));
    expect(pressed.map(has)).toEqual(pressed.map((_, index) => index >= 2));
  });

  test("pushes out no start of a host or a page, and gives way to all of them", () => {
    const { add, has } = pending();
    const own = [add("user"), add("server")];
    times(30, () => add("reconnect", "attacker"));
    const links = [add("reconnect", "home"), add("reconnect", "attacker")];
    times(18, () => own.push(add("server")));
    expect(own.map(has)).not.toContain(false);
    expect(links.map(has)).toEqual([false, false]);
    expect(add("reconnect", "home")).toBeUndefined();
  });

  test("is one with an account link of the same connection: neither pushes out a start of a page", () => {
    const { add, has } = pending();
    const own = [add("user"), add("server")];
    times(30, () => add("user", "attacker"));
    const owners = add("reconnect", "home");
    times(30, () => add("user", "attacker"));
    expect([...own, owners].map(has)).not.toContain(false);
    times(18, () => own.push(add("user")));
    expect(own.map(has)).not.toContain(false);
    expect(has(owners)).toBe(false);
    expect(add("user", "home")).toBeUndefined();
  });

  test("leaves one alone whose browser has come back", () => {
    const { add, has, table } = pending();
    const owners = add("reconnect", "home");
    times(3, () => add("reconnect", "home"));
    table.consume(owners ?? "", begun + 100);
    times(100, () => add("reconnect", "home"));
    expect(has(owners)).toBe(true);
  });
});
