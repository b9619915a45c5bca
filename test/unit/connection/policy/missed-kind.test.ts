import { expect, test } from "vitest";
import type { ChangeKind } from "../../../../src/contract/watch.ts";
import { missedKind } from "../../../../src/connection/policy/missed-kind.ts";

const at = (minute: number) => new Date(minute * 60_000).toISOString();
const item = (created: number, modified: number) => ({
  createdDateTime: at(created),
  lastModifiedDateTime: at(modified),
});
const since = 10;
const all: readonly ChangeKind[] = ["created", "updated", "deleted"];

test.each<[string, object, readonly ChangeKind[], boolean, ChangeKind | undefined]>([
  ["created since", item(11, 11), all, false, "created"],
  ["created before and changed since", item(5, 11), all, false, "updated"],
  ["changed before", item(5, 6), all, false, undefined],
  ["that is gone", { "@removed": { reason: "deleted" } }, all, false, "deleted"],
  ["of a drive that is gone", { deleted: {} }, all, false, "deleted"],
  ["that is gone, which nobody asked for", { "@removed": {} }, ["created"], false, undefined],
  [
    "created and changed since, to who asks for changes",
    item(11, 12),
    ["updated"],
    false,
    "updated",
  ],
  ["created since and reported", item(11, 12), all, true, "updated"],
  [
    "created since and reported, to who asks for no more",
    item(11, 12),
    ["created"],
    true,
    undefined,
  ],
  ["changed since, to who asks for new ones", item(5, 11), ["created"], false, undefined],
  ["without times", {}, all, false, "updated"],
])("an item %s", (_, read, wanted, reported, kind) => {
  const need = { since: since * 60_000, wanted, isReported: () => reported };
  expect(missedKind({ ...read }, need)).toBe(kind);
});
