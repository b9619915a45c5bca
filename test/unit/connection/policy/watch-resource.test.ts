import { describe, expect, test } from "vitest";
import {
  deltaSource,
  kindRules,
  parseWatchResource,
  type ResourceKind,
} from "../../../../src/connection/policy/watch-resource.ts";

const now = Date.UTC(2026, 10, 28, 12);
const need = { since: now, changeTypes: ["created", "updated"], reports: false } as const;

describe("a resource", () => {
  test.each<[string, string, ResourceKind]>([
    ["me/mailFolders('inbox')/messages", "me/mailFolders('inbox')/messages", "mail_folder"],
    ["/me/mailFolders/Inbox/messages/", "me/mailFolders('inbox')/messages", "mail_folder"],
    ["ME/MAILFOLDERS/AAMkAD=/Messages", "me/mailFolders('AAMkAD=')/messages", "mail_folder"],
    ["users('ada@contoso.example')/messages", "users/ada@contoso.example/messages", "mail"],
    ["me/messages", "me/messages", "mail"],
    ["me/Events", "me/events", "calendar"],
    ["me/calendars/AAMk/events", "me/calendars/AAMk/events", "calendar"],
    ["me/contacts", "me/contacts", "contacts"],
    ["me/drive/root", "me/drive/root", "drive"],
    ["drives/b!x/root", "drives/b!x/root", "drive"],
    ["sites/contoso.example,1,2/lists/3", "sites/contoso.example,1,2/lists/3", "list"],
    ["users", "users", "directory"],
    ["users/messages", "users/messages", "directory"],
    ["groups/1/members", "groups/1/members", "directory"],
    ["chats/19:x@thread.v2/messages", "chats/19:x@thread.v2/messages", "teams"],
    ["communications/presences/1", "communications/presences/1", "presence"],
    ["me/todo/lists/1/tasks", "me/todo/lists/1/tasks", "todo"],
    ["security/alerts", "security/alerts", "other"],
  ])("%s is kept as %s", (text, path, kind) => {
    expect(parseWatchResource(text)).toEqual({ ok: true, value: { path, kind } });
  });

  test("is kept as it is when it is read again", () => {
    for (const text of ["me/mailFolders/Inbox/messages", "users('a')/events", "drives/b!x/root"]) {
      const once = parseWatchResource(text);
      expect(once.ok && parseWatchResource(once.value.path)).toEqual(once);
    }
  });

  test.each([
    "",
    "/",
    "me//messages",
    "me/../users",
    "https://graph.microsoft.com/v1.0/me/messages",
    "v1.0/me/messages",
    "me/messages?$filter=x",
    "me/messages#x",
    "me/mail%46olders",
    "me/mess ages",
    "me\\messages",
    "me/\ud800",
    `me/${"x".repeat(520)}`,
  ])("%o is none", (text) => {
    const read = parseWatchResource(text);
    expect(read.ok).toBe(false);
    expect(!read.ok && [read.error.code, read.error.details?.field]).toEqual([
      "invalid_request",
      "resource",
    ]);
  });
});

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
