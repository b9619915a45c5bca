import { describe, expect, it } from "vitest";
import { ChangeLog } from "../../sandbox/graph/delta/change-log.ts";
import { deltaPage } from "../../sandbox/graph/delta/delta-page.ts";
import {
  isExpired,
  readDeltaToken,
  writeDeltaToken,
} from "../../sandbox/graph/delta/delta-token.ts";

const ids = <T>(log: ChangeLog<T>, from: number, until = log.version) =>
  log.changes(from, until).map(({ id, item }) => (item === undefined ? `-${id}` : id));

describe("A change log", () => {
  const filled = () => {
    const log = new ChangeLog<string>();
    for (const id of ["a", "b", "c"]) log.put(id, id);
    return log;
  };

  it("lists what changed after a version, oldest change first", () => {
    const log = filled();
    const before = log.version;
    log.put("a", "A");
    log.delete("b");
    expect(ids(log, before)).toEqual(["a", "-b"]);
    expect(log.get("a")).toBe("A");
  });

  it("leaves the deleted out of a first round", () => {
    const log = filled();
    log.delete("b");
    expect(ids(log, 0)).toEqual(["a", "c"]);
    expect(log.values()).toEqual(["a", "c"]);
  });

  it("leaves what changes during a round to the next one", () => {
    const log = filled();
    const until = log.version;
    log.put("a", "A");
    expect(ids(log, 0, until)).toEqual(["b", "c"]);
    expect(ids(log, until)).toEqual(["a"]);
  });

  it("deletes nothing twice", () => {
    const log = filled();
    expect([log.delete("a"), log.delete("a"), log.delete("z")]).toEqual([true, false, false]);
    expect(log.version).toBe(4);
  });
});

describe("A page of changes", () => {
  const placed = (...at: [number, number][]) =>
    at.map((one) => ({ at: one, entry: one.join(".") }));

  it("goes on after the last change sent, within a version too", () => {
    const changes = placed([1, 1], [2, 1], [2, 2], [2, 3], [3, 1]);
    const first = deltaPage(changes, [0, 0], 3);
    expect(first).toEqual({ entries: ["1.1", "2.1", "2.2"], next: [2, 2] });
    expect(deltaPage(changes, first.next ?? [0, 0], 3)).toEqual({
      entries: ["2.3", "3.1"],
      next: undefined,
    });
  });

  it("skips nothing when a change sent earlier has moved on meanwhile", () => {
    expect(deltaPage(placed([2, 1], [3, 1], [4, 1]), [1, 1], 2)).toEqual({
      entries: ["2.1", "3.1"],
      next: [3, 1],
    });
  });
});

describe("A delta token", () => {
  const token = {
    collection: "users x",
    epoch: "one",
    issued: Date.UTC(2026, 0, 1),
    from: 3,
    until: 3,
    sent: [0, 0] as [number, number],
    first: true,
    options: { $select: "id" },
  };
  const day = 86_400_000;

  it("says what it was given, and other text nothing", () => {
    expect(readDeltaToken(writeDeltaToken(token))).toEqual(token);
    expect(readDeltaToken("latest")).toBeUndefined();
    expect(readDeltaToken(btoa('{"collection":"users x"}'))).toBeUndefined();
  });

  it.each([
    ["one", 6, false],
    ["one", 8, true],
    ["two", 0, true],
  ])("in epoch %s after %i days is expired: %s", (epoch, days, expected) => {
    expect(isExpired(token, epoch, token.issued + days * day)).toBe(expected);
  });
});
