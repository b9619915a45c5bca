import { expect, it } from "vitest";
import type { Change } from "../../../src/contract/watch.ts";
import { ChangeRecord } from "../../support/change-record.ts";

const change = (seq: number, item = `item-${seq}`): Change => ({
  seq,
  id: `id-${seq}`,
  type: "change.created",
  time: "2026-11-24T10:00:00Z",
  connection: "user:ada",
  watch: "w",
  resource: `Users/1/Messages/${item}`,
  item,
  etag: `W/"${item}"`,
});

it("holds against nobody what is in order, once, and was promised", () => {
  const record = new ChangeRecord();
  record.acknowledged(change(2));
  record.saw(change(1));
  record.sawAll([change(1), change(2)], record.promises());
  expect(record.faults).toEqual([]);
  expect([record.knows("item-2"), record.knows("item-3"), record.owed]).toEqual([true, false, 1]);
});

it("asks nothing of a reading for what was promised behind it", () => {
  const record = new ChangeRecord();
  const before = record.promises();
  record.acknowledged(change(1));
  record.sawAll([], before);
  expect(record.faults).toEqual([]);
});

it.each<[string, (record: ChangeRecord) => void, string]>([
  [
    "a promise that was not held",
    (record) => {
      record.acknowledged(change(1));
      record.sawAll([], record.promises());
      record.sawAll([], record.promises());
    },
    "was answered as kept, and is not",
  ],
  [
    "a gap",
    (record) => record.sawAll([change(1), change(3)], record.promises()),
    "change 3 stands where 2 should",
  ],
  [
    "another change in the place of one",
    (record) => {
      record.saw(change(1));
      record.saw(change(1, "other"));
    },
    "change 1 is another now",
  ],
  [
    "one that is there twice",
    (record) => record.sawAll([change(1, "a"), change(2, "a")], record.promises()),
    "a change is there twice",
  ],
  [
    "one that was seen and is gone",
    (record) => {
      record.saw(change(1));
      record.sawAll([], record.promises());
    },
    "changes end at 0, but 1 was seen",
  ],
])("notes %s", (_, happens, fault) => {
  const record = new ChangeRecord();
  happens(record);
  expect(record.faults).toHaveLength(1);
  expect(record.faults[0]).toContain(fault);
});
