import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ResourceKind } from "../../../../src/connection/policy/watch-kind.ts";
import { parseWatchResource } from "../../../../src/connection/policy/watch-resource.ts";

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
    ["users/mailFolders/messages", "users/mailFolders/messages", "mail"],
    ["users/v2ada@contoso.example/events", "users/v2ada@contoso.example/events", "calendar"],
    ["me/mailFolders('v1')/messages", "me/mailFolders('v1')/messages", "mail_folder"],
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

  test("is kept as it is when it is read again, whatever its ids are", () => {
    const piece = fc.constantFrom(
      ..."me users mailFolders MAILFOLDERS messages events inbox a'b a(b) drives root ('x') é v2a '".split(
        " ",
      ),
    );
    const part = fc.oneof(
      piece,
      fc.tuple(piece, piece).map(([one, two]) => `${one}('${two}')`),
      fc.tuple(piece, piece).map(([one, two]) => `${one}-${two}`),
      fc.integer({ min: 1, max: 510 }).map((length) => "x".repeat(length)),
    );
    const isKept = (text: string) => {
      const once = parseWatchResource(text);
      return !once.ok || isDeepStrictEqual(parseWatchResource(once.value.path), once);
    };
    const paths = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"));
    const run = fc.check(fc.property(paths, isKept), { numRuns: 2_000 });
    expect(run.counterexample).toBeNull();
  });

  test.each([
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
    `me/mailFolders/${"x".repeat(488)}/messages`,
    "me/mailFolders/a'b/messages",
    "me/mailFolders/a(b/messages",
    "beta/me/messages",
  ])("%o is none", (text) => {
    const read = parseWatchResource(text);
    expect(read.ok).toBe(false);
    expect(!read.ok && [read.error.code, read.error.details?.field]).toEqual([
      "invalid_request",
      "resource",
    ]);
  });
});
