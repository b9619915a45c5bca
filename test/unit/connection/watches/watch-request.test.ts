import { describe, expect, test } from "vitest";
import { bringsSame, newWatch } from "../../../../src/connection/watches/watch-request.ts";
import type { WatchRequest } from "../../../../src/contract/watch.ts";

const now = Date.UTC(2026, 10, 29);
const asked = (more: Partial<WatchRequest>) =>
  newWatch({ resource: "me/messages", changeTypes: ["updated"], ...more }, now);
const refusalOf = (more: Partial<WatchRequest>) => {
  const outcome = asked(more);
  return outcome.ok ? undefined : [outcome.error.code, outcome.error.details?.field];
};

describe("a watch whose changes bring their item", () => {
  test.each<[Partial<WatchRequest>, string[] | null]>([
    [{ includeData: true, select: "subject,from" }, ["subject", "from"]],
    [{ includeData: true, select: " subject , from,subject" }, ["subject", "from"]],
    [{ includeData: true, resource: "me/events", select: "start" }, ["start"]],
    [{ includeData: true, resource: "chats/getAllMessages" }, null],
    [{ includeData: true, resource: "communications/presences/1" }, null],
    [{ includeData: true, resource: "me/something/else" }, null],
    [{ includeData: true, resource: "me/something/else", select: "id" }, ["id"]],
  ])("may be asked for as %j", (more, selected) => {
    const outcome = asked(more);
    expect(outcome.ok && outcome.value).toMatchObject({ include_data: true, selected });
  });

  test.each<[Partial<WatchRequest>, string]>([
    [{ includeData: true }, "select"],
    [{ includeData: true, resource: "me/mailFolders/inbox/messages" }, "select"],
    [{ includeData: true, resource: "me/events" }, "select"],
    [{ includeData: true, resource: "me/contacts" }, "select"],
    [{ includeData: true, resource: "me/drive/root" }, "includeData"],
    [{ includeData: true, resource: "sites/1/lists/2" }, "includeData"],
    [{ includeData: true, resource: "users" }, "includeData"],
    [{ includeData: true, resource: "me/todo/lists/1/tasks" }, "includeData"],
    [{ select: "subject" }, "select"],
    [{ includeData: false, select: "subject" }, "select"],
    [{ includeData: true, select: "" }, "select"],
    [{ includeData: true, select: "subject," }, "select"],
    [{ includeData: true, select: "subject&$filter=x" }, "select"],
    [{ includeData: true, select: "subject;body" }, "select"],
    [{ includeData: true, select: "a".repeat(65) }, "select"],
    [
      { includeData: true, select: Array.from({ length: 51 }, (_, at) => `p${at}`).join() },
      "select",
    ],
  ])("is refused as %j, by the name of the field", (more, field) => {
    expect(refusalOf(more)).toEqual(["invalid_request", field]);
  });

  test("is another than one that brings other properties, in whatever order", () => {
    const terms = (include_data: boolean, selected: string[] | null) => ({
      include_data,
      selected,
    });
    const rich = terms(true, ["a", "b"]);
    expect(bringsSame(rich, terms(true, ["b", "a"]))).toBe(true);
    expect(bringsSame(rich, terms(true, ["b"]))).toBe(false);
    expect(bringsSame(rich, terms(true, null))).toBe(false);
    expect(bringsSame(rich, terms(false, null))).toBe(false);
    expect(bringsSame(terms(false, null), terms(false, null))).toBe(true);
  });
});

test("a watch brings no item unless it is asked to", () => {
  const outcome = asked({});
  expect(outcome.ok && outcome.value).toMatchObject({ include_data: false, selected: null });
});
