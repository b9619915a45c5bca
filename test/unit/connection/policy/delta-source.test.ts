import { describe, expect, test } from "vitest";
import { deltaSource } from "../../../../src/connection/policy/delta-source.ts";
import { kindRules, type ResourceKind } from "../../../../src/connection/policy/watch-kind.ts";
import { parseWatchResource } from "../../../../src/connection/policy/watch-resource.ts";

const now = Date.UTC(2026, 10, 28, 12);
const need = { since: now, changeTypes: ["created", "updated"], reports: false } as const;

describe("the delta of a resource", () => {
  test.each([
    [
      "me/mailFolders('inbox')/messages",
      {
        path: "/me/mailFolders/inbox/messages",
        query: {},
        select: "id,createdDateTime,lastModifiedDateTime",
        maxPageSize: 200,
      },
    ],
    [
      "me/events",
      {
        path: "/me/calendarView",
        query: { startDateTime: "2026-10-29T12:00:00Z", endDateTime: "2027-11-28T12:00:00Z" },
      },
    ],
    ["me/drive/root", { path: "/me/drive/root", query: { token: "latest" } }],
    ["me/messages", undefined],
    ["users", undefined],
  ])("of %s", (text, expected) => {
    const read = parseWatchResource(text);
    expect(read.ok && deltaSource(read.value, need)).toEqual(expected);
  });

  test("begins with the mail that arrived since, where only new mail is asked for", () => {
    const read = parseWatchResource("me/mailFolders/inbox/messages");
    const source = read.ok && deltaSource(read.value, { ...need, changeTypes: ["created"] });
    expect(source).toMatchObject({ filter: "receivedDateTime ge 2026-11-28T12:00:00Z" });
  });

  test("begins with the whole drive, where what was missed is asked for", () => {
    const read = parseWatchResource("me/drive/root");
    expect(read.ok && deltaSource(read.value, { ...need, reports: true })?.query).toEqual({});
  });

  test("is there exactly for the kinds that can catch up", () => {
    const samples: Record<ResourceKind, string> = {
      mail_folder: "me/mailFolders/inbox/messages",
      mail: "me/messages",
      calendar: "me/events",
      contacts: "me/contacts",
      drive: "me/drive/root",
      list: "sites/1/lists/2",
      directory: "users",
      teams: "teams",
      presence: "communications/presences/1",
      todo: "me/todo/lists/1/tasks",
      other: "security/alerts",
    };
    for (const [kind, { canCatchUp }] of Object.entries(kindRules)) {
      const read = parseWatchResource(samples[kind as ResourceKind]);
      expect([kind, read.ok && deltaSource(read.value, need) !== undefined]).toEqual([
        kind,
        canCatchUp,
      ]);
    }
  });
});
