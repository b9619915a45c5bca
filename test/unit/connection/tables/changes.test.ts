import { describe, expect, test } from "vitest";
import {
  changeRetention,
  mostChangeBytes,
  mostChanges,
  type NewChange,
} from "../../../../src/connection/tables/changes.ts";
import { signedInConnection, start } from "../support/connection.ts";

const change = (item: string, more: Partial<NewChange> = {}): NewChange => ({
  watch: "w",
  type: "change.updated",
  resource: `users/${item}`,
  item,
  etag: null,
  data: null,
  ...more,
});
const itemsOf = (state: ReturnType<typeof signedInConnection>["state"]) =>
  state.changes.after(0, 5_000).rows.map(({ item }) => item);

describe("a change", () => {
  test.each<[string, NewChange, number]>([
    ["that nobody has had, once more", change("a"), 1],
    ["with the same etag", change("b", { etag: "1" }), 1],
    ["with another etag", change("b", { etag: "2" }), 2],
    ["of another type", change("a", { type: "change.deleted" }), 2],
    ["of another watch", change("a", { watch: "other" }), 2],
    ["of another item", change("c"), 1],
  ])("%s is kept so often: %#", (_, second, count) => {
    const { state } = signedInConnection();
    state.keepChanges([change("a"), change("b", { etag: "1" })], start);
    state.keepChanges([second], start);
    expect(itemsOf(state).filter((item) => item === second.item)).toHaveLength(count);
  });

  test("without an etag is another one once the first was read; with one it is the same", () => {
    const { state } = signedInConnection();
    state.keepChanges([change("a"), change("b", { etag: "1" })], start);
    state.changes.markRead(2);
    const { added, repeated } = state.keepChanges([change("a"), change("b", { etag: "1" })], start);
    expect([added.map(({ seq, item }) => [seq, item]), repeated]).toEqual([[[3, "a"]], 1]);
  });

  test("twice in one notification is one", () => {
    const { state } = signedInConnection();
    const { added, repeated } = state.keepChanges([change("a"), change("a")], start);
    expect([added.length, repeated]).toEqual([1, 1]);
  });
});

describe("changes", () => {
  test("go, the oldest first, when there are too many, and say of whom some were lost", () => {
    const { state } = signedInConnection();
    const many = Array.from({ length: mostChanges }, (_, place) => change(`i${place}`));
    state.keepChanges([change("first", { watch: "v" })], start);
    const { lost } = state.keepChanges(many, start + 1);
    expect([...lost]).toEqual([["v", start]]);
    const { rows, truncated } = state.changes.after(0, 5_000);
    expect([rows.length, rows[0]?.seq, truncated]).toEqual([mostChanges, 2, true]);
    state.changes.markRead(10);
    expect(state.keepChanges([change("last")], start + 2).lost.size).toBe(0);
  });

  test("go when they are too large together", () => {
    const { state } = signedInConnection();
    const data = "x".repeat(mostChangeBytes / 4);
    const kept = ["a", "b", "c", "d", "e"].map((item) => change(item, { data }));
    for (const one of kept) state.keepChanges([one], start);
    expect(itemsOf(state)).toEqual(["c", "d", "e"]);
  });

  test("are kept for three days, and their sequence goes on without them", () => {
    const { state } = signedInConnection();
    state.keepChanges([change("a")], start);
    expect(state.schedule().changeExpiry).toBeGreaterThan(start + changeRetention);
    state.changes.expire(start + changeRetention - 1);
    expect(itemsOf(state)).toEqual(["a"]);
    state.changes.expire(start + changeRetention);
    expect(itemsOf(state)).toEqual([]);
    expect([state.schedule().changeExpiry, state.changes.after(0, 9).truncated]).toEqual([
      null,
      true,
    ]);
    state.keepChanges([change("b")], start + changeRetention);
    expect(state.changes.after(0, 9).rows[0]?.seq).toBe(2);
  });

  test("end with the connection, and their sequence does not begin anew", () => {
    const { state } = signedInConnection();
    state.keepChanges([change("a"), change("b")], start);
    state.disconnect(start);
    expect([itemsOf(state), state.changes.lastSeq()]).toEqual([[], 2]);
  });

  test("that could not be written are not counted", () => {
    const { state } = signedInConnection();
    state.keepChanges([change("a")], start);
    const odd = change("c", { resource: null as unknown as string });
    expect(() => state.keepChanges([change("b"), odd], start)).toThrow(/NOT NULL/);
    state.keepChanges([change("d")], start);
    expect(state.changes.after(0, 9).rows.map(({ seq, item }) => [seq, item])).toEqual([
      [1, "a"],
      [2, "d"],
    ]);
  });
});

describe("a receiver of changes", () => {
  const sink = {
    follows: "changes",
    name: "changes:webhook:a",
    types: ["change.created"],
    fingerprint: 1,
  } as const;

  test("has a row only for the types it asked for", () => {
    const { state } = signedInConnection({ sinks: [sink] });
    state.keepChanges([change("a")], start);
    expect(state.outbox.read(sink.name)).toBeUndefined();
    const { rearm } = state.keepChanges([change("b", { type: "change.created" })], start);
    expect([state.outbox.read(sink.name)?.after_seq, rearm]).toEqual([1, true]);
  });

  test("that is behind is what says whether changes were had", () => {
    const { state } = signedInConnection({ sinks: [sink] });
    state.keepChanges([change("b", { type: "change.created" })], start);
    state.changes.markRead(1);
    expect(state.keepChanges([change("b", { type: "change.created" })], start).repeated).toBe(1);
    state.outbox.remove(sink.name);
    expect(state.keepChanges([change("b", { type: "change.created" })], start).repeated).toBe(0);
  });
});
