import { describe, expect, test } from "vitest";
import {
  backupInterval,
  contactBy,
  directoryRetryAt,
  missesContact,
  nextVersion,
  remedyActionOf,
  needsDirectoryWrite,
  type DirectoryFacts,
} from "../../../../src/connection/policy/directory-policy.ts";
import type { ConnectionStatus } from "../../../../src/contract/connection-info.ts";

const facts: DirectoryFacts = {
  status: "active",
  remedyAction: null,
  tenantId: "t",
  objectId: "o",
  upn: "ada@contoso.example",
  refreshToken: "k1.a",
};
const now = 1_800_000_000_000;

describe("directoryRetryAt", () => {
  const minute = 60_000;
  test.each([
    { attempts: 0, from: minute, to: 2 * minute },
    { attempts: 1, from: 2 * minute, to: 4 * minute },
    { attempts: 2, from: 4 * minute, to: 8 * minute },
    { attempts: 3, from: 7.5 * minute, to: 15 * minute },
    { attempts: 5_000, from: 7.5 * minute, to: 15 * minute },
  ])(
    "is by chance from $from to $to ms after $attempts failed attempts before",
    ({ attempts, from, to }) => {
      expect(directoryRetryAt(attempts, { now, random: 0 })).toBe(now + from);
      expect(directoryRetryAt(attempts, { now, random: 0.5 })).toBe(now + (from + to) / 2);
      expect(directoryRetryAt(attempts, { now, random: 1 - 2 ** -40 })).toBe(now + to);
    },
  );
});

describe("needsDirectoryWrite", () => {
  test("reports a connection that begins", () => {
    expect(needsDirectoryWrite(undefined, facts, { now, writtenAt: null })).toBe(true);
  });

  const changes: [string, Partial<DirectoryFacts>][] = [
    ["status", { status: "degraded" }],
    ["remedy", { remedyAction: "fix_app" }],
    ["tenant", { tenantId: "u" }],
    ["account", { objectId: "p" }],
    ["name of the account", { upn: "lovelace@contoso.example" }],
  ];
  test.each(changes)("reports a change of the %s at once", (_name, change) => {
    expect(needsDirectoryWrite(facts, { ...facts, ...change }, { now, writtenAt: now - 1 })).toBe(
      true,
    );
  });

  const backups: [string, string, number | null, boolean][] = [
    ["keeps a new refresh token for itself within a day", "k1.b", now - backupInterval + 1, false],
    ["backs a new refresh token up after a day", "k1.b", now - backupInterval, true],
    ["backs a refresh token up that never was", "k1.b", null, true],
    ["does not back the same refresh token up again", "k1.a", null, false],
  ];
  test.each(backups)("%s", (_name, refreshToken, writtenAt, tells) => {
    expect(needsDirectoryWrite(facts, { ...facts, refreshToken }, { now, writtenAt })).toBe(tells);
  });
});

describe("contactBy", () => {
  const contacts: [string, ConnectionStatus, number | null, number | null][] = [
    ["a sign-in is heard of when it expires", "pending", now + 600_000, now + 600_000],
    ["a sign-in that nobody opened is not", "pending", null, null],
    ["a connection, within a day of what is due", "active", now + 5, now + 5 + backupInterval],
    ["so is one in trouble", "degraded", now + 2, now + 2 + backupInterval],
    ["what is long due is done now", "active", now - 10 * backupInterval, now + backupInterval],
    ["one that has nothing to do is not heard of", "action_required", null, null],
    ["nor is one that was ended", "disconnected", null, null],
  ];
  test.each(contacts)("%s", (_name, status, due, expected) => {
    expect(contactBy(status, { due, now })).toBe(expected);
  });
});

describe("missesContact", () => {
  const appointments: [string, number | null, number | null, boolean][] = [
    ["is kept where something is due before it", now + 10, now + 5, false],
    ["is kept where something is due at that time", now + 10, now + 10, false],
    ["is missed where nothing is due before it", now + 10, now + 11, true],
    ["is missed where nothing is due at all", now + 10, null, true],
    ["is missed once it has passed", now, now - 5, true],
    ["is lacking where something is due", null, now + 5, true],
    ["is not lacking where nothing is", null, null, false],
  ];
  test.each(appointments)("an appointment %s", (_name, contactAt, due, missed) => {
    expect(missesContact(contactAt, { due, now })).toBe(missed);
  });

  test("a new appointment is not missed as it is made", () => {
    for (const due of [now - backupInterval, now, now + 1, now + 14 * backupInterval]) {
      const contactAt = contactBy("active", { due, now });
      expect(missesContact(contactAt, { due, now })).toBe(false);
    }
  });

  test("no renewal within a day of a telling asks for another", () => {
    const idle = 14 * backupInterval;
    const contactAt = contactBy("active", { due: now + idle, now });
    const later = now + backupInterval - 1;
    expect(missesContact(contactAt, { due: later + idle, now: later })).toBe(false);
  });
});

describe("nextVersion", () => {
  const versions: [string, [number, number, number?], number][] = [
    ["is the time", [5, now], now],
    ["grows within a millisecond", [now, now], now + 1],
    ["grows when the clock went back", [now + 60_000, now], now + 60_001],
    ["passes what the directory holds", [0, now, now + 5], now + 6],
  ];
  test.each(versions)("%s", (_name, [version, time, known], expected) => {
    expect(nextVersion(version, time, known)).toBe(expected);
  });
});

describe("remedyActionOf", () => {
  const since = "2026-01-01T00:00:00Z";
  const signIn = { action: "sign_in", message: "Sign in.", since } as const;
  const appError = { since: now, retry_at: now, fingerprint: "f" };

  test("names what the user has to do before what the operator has to do", () => {
    expect(remedyActionOf({ status: "action_required", remedy: signIn }, appError)).toBe("sign_in");
  });
  test("names the operator's task while the application's credential is refused", () => {
    expect(remedyActionOf({ status: "active" }, appError)).toBe("fix_app");
  });
  test("names nothing where nothing is wrong", () => {
    expect(remedyActionOf({ status: "active" }, null)).toBeNull();
  });
});
