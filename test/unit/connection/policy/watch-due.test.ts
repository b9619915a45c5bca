import { describe, expect, test } from "vitest";
import { probeInterval, watchDues } from "../../../../src/connection/policy/watch-due.ts";
import type { WatchColumns } from "../../../../src/connection/tables/watches.ts";
import { signedInConnection, start } from "../support/connection.ts";

const minute = 60_000;
const remedy = { action: "sign_in", message: "Sign in.", since: "2026-11-28T12:00:00Z" } as const;

/** What lies ahead of one watch. */
function duesOf(
  columns: WatchColumns,
  { leases = new Map<string, number>(), latched = false, held = true } = {},
) {
  const { state } = signedInConnection({
    grant: { ...(latched && { remedy }), ...(!held && { refresh_token: null }) },
  });
  state.watches.add({
    id: "w",
    resource: "me/events",
    change_types: ["created"],
    include_data: false,
    selected: null,
    catch_up: false,
    state: "pending",
    created_at: start,
  });
  state.watches.update("w", columns);
  const due = watchDues(state.schedule(), { now: start, watchLeases: leases });
  return due.map(({ kind, at }) => [kind, at - start]);
}

const active = {
  state: "active",
  subscription_id: "s",
  renew_at: start + 10 * minute,
  expires_at: start + 20 * minute,
} as const;
const blocked = { ...active, state: "blocked", remedy } as const;

describe("what lies ahead of a watch", () => {
  test.each<[string, WatchColumns, (string | number)[][]]>([
    ["pending", {}, [["watch_creation", 0]]],
    ["pending, that failed", { retry_at: start + minute }, [["watch_creation", minute]]],
    ["active", active, [["watch_renewal", 10 * minute]]],
    [
      "active, whose renewal failed",
      { ...active, renew_at: start - 1, retry_at: start + minute },
      [["watch_renewal", minute]],
    ],
    [
      "active, whose next attempt lies behind its end",
      { ...active, retry_at: start + 30 * minute },
      [["watch_renewal", 20 * minute]],
    ],
    [
      "active, of a kind that Graph removes without a word",
      { ...active, check_at: start + 5 * minute },
      [
        ["watch_renewal", 10 * minute],
        ["watch_check", 5 * minute],
      ],
    ],
    [
      "active, that has yet to find where to read on",
      { ...active, catch_up: true },
      [
        ["watch_renewal", 10 * minute],
        ["watch_catch_up", 0],
      ],
    ],
    [
      "active with a gap",
      { ...active, catch_up: true, delta_link: "x", gap_since: start },
      [
        ["watch_renewal", 10 * minute],
        ["watch_catch_up", 0],
      ],
    ],
    [
      "active with a gap that nothing fills",
      { ...active, gap_since: start },
      [["watch_renewal", 10 * minute]],
    ],
    [
      "blocked by a latch that is gone",
      { ...blocked, blocked_by: "latch" },
      [
        ["watch_renewal", 0],
        ["watch_expiry", 20 * minute],
      ],
    ],
    [
      "blocked by a permission",
      { ...blocked, blocked_by: "permission" },
      [["watch_expiry", 20 * minute]],
    ],
    [
      "blocked by a permission, whose day is over",
      { ...blocked, blocked_by: "permission", retry_at: start + minute },
      [
        ["watch_renewal", minute],
        ["watch_expiry", 20 * minute],
      ],
    ],
    [
      "blocked before it was made",
      { state: "blocked", remedy, blocked_by: "latch" },
      [["watch_creation", 0]],
    ],
    ["refused", { state: "refused" }, []],
    ["refused at its renewal", { ...active, state: "refused" }, [["watch_expiry", 20 * minute]]],
  ])("that is %s", (_, columns, expected) => {
    expect(duesOf(columns)).toEqual(expected);
  });

  test("that a latch blocks is its end", () => {
    expect(duesOf({ ...blocked, blocked_by: "latch" }, { latched: true })).toEqual([
      ["watch_expiry", 20 * minute],
    ]);
  });

  test("that a latch blocks is tried once a day where an administrator may heal it", () => {
    const contact = { ...remedy, action: "contact_admin" } as const;
    const columns = { ...blocked, blocked_by: "latch", retry_at: start + minute } as const;
    expect(duesOf({ ...columns, remedy: contact }, { latched: true })[0]).toEqual([
      "watch_renewal",
      minute + probeInterval,
    ]);
    expect(duesOf({ ...columns, remedy: contact })[0]).toEqual(["watch_renewal", minute]);
    expect(duesOf(columns, { latched: true })).toEqual([["watch_expiry", 20 * minute]]);
    expect(duesOf(columns)[0]).toEqual(["watch_renewal", minute]);
  });

  test("that Graph is being asked about waits for the answer", () => {
    const leases = new Map([["w", start + 3 * minute]]);
    expect(duesOf({}, { leases })).toEqual([["watch_creation", 3 * minute]]);
  });

  test("without a grant is nothing", () => {
    expect(duesOf({}, { held: false })).toEqual([]);
  });
});
