import { describe, expect, test } from "vitest";
import { isWornOut, spentKeys } from "../../../../src/connection/policy/watch-key-policy.ts";

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 29);
const keyOf = (id: string, age: number) => ({ id, created_at: now - age });

describe("a key that items are encrypted for", () => {
  test.each([
    ["new", 0, false],
    ["a day short of a year old", 364 * day, false],
    ["a year old", 365 * day, true],
    ["from the future, after the clock went back", -day, false],
  ])("that is %s is worn out: %s", (_, age, expected) => {
    expect(isWornOut(keyOf("a", age), now)).toBe(expected);
  });

  test.each<[string, [string, number][], string[], string[]]>([
    ["the one in use stays, though nothing has it", [["new", 900 * day]], [], []],
    ["there is none", [], [], []],
    [
      "a subscription has the old one",
      [
        ["new", 9 * day],
        ["old", 400 * day],
      ],
      ["old"],
      [],
    ],
    [
      "its successor came an hour ago",
      [
        ["new", hour],
        ["old", 400 * day],
      ],
      ["new"],
      [],
    ],
    [
      "its successor came a day ago",
      [
        ["new", day],
        ["old", 400 * day],
      ],
      ["new"],
      ["old"],
    ],
    [
      "of several each by its own successor",
      [
        ["c", hour],
        ["b", 2 * day],
        ["a", 3 * day],
        ["z", 4 * day],
      ],
      ["c", "z"],
      ["a"],
    ],
  ])("may go or stay: %s", (_, keys, inUse, expected) => {
    const rows = keys.map(([id, age]) => keyOf(id, age));
    expect(spentKeys(rows, new Set(inUse), now)).toEqual(expected);
  });
});
