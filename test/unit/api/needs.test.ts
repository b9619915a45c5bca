import { describe, expect, test } from "vitest";
import { neededFor, type Operation } from "../../../src/api/operation.ts";
import { operations } from "../../../src/operations/index.ts";
import listed from "../../sandbox/graph/permissions.json" with { type: "json" };

/** What each operation asks of Graph, as Microsoft's permission data name it. */
const asks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  getUser: { "": "GET /me", id: "GET /users/{id}" },
  listUsers: { "": "GET /users" },
  listContacts: { "": "GET /me/contacts", folder: "GET /me/contactfolders/{id}/contacts" },
  getMail: { "": "GET /me/messages", folder: "GET /me/mailfolders/{id}/messages" },
  getMessage: { "": "GET /me/messages/{id}" },
  sendMail: { "": "POST /me/sendmail" },
  createDraft: { "": "POST /me/messages" },
  sendDraft: { "": "POST /me/messages/{id}/send" },
  listMailFolders: {
    "": "GET /me/mailfolders",
    folder: "GET /me/mailfolders/{id}/childfolders",
  },
  replyToMessage: { "": "POST /me/messages/{id}/reply" },
  forwardMessage: { "": "POST /me/messages/{id}/forward" },
  getCalendarEvents: { "": "GET /me/events", start: "GET /users/{id}/calendarview" },
  createCalendarEvent: { "": "POST /me/events" },
  updateCalendarEvent: { "": "PATCH /me/events/{id}" },
  deleteCalendarEvent: { "": "DELETE /me/events/{id}" },
  searchFiles: { "": "GET /me/drive/root/search(q={id})" },
  deleteFile: { "": "DELETE /me/drive/items/{id}" },
  getFile: { "": "GET /me/drive/root:/{id}" },
  listFiles: { "": "GET /me/drive/items/{id}/children" },
};

/** Microsoft lists these for any user's profile; they are good for the signed-in user's own. */
const ownProfile = ["User.Read", "User.ReadWrite"];

interface Permissions {
  work: string[];
  personal: string[];
  least: string[];
}
const data: Readonly<Record<string, Permissions | undefined>> = listed;
const operationOf = (name: string): Operation | undefined =>
  operations.find(({ operation }) => operation.name === name)?.operation;

describe("the permissions of an operation are Microsoft's", () => {
  const rows = Object.entries(asks).flatMap(([name, by]) =>
    Object.entries(by).map(([field, path]) => [name, field, path] as const),
  );
  test.each(rows)("%s %s: %s", (name, field, path) => {
    const needs = neededFor(operationOf(name) ?? {}, field === "" ? {} : { [field]: "x" });
    if (needs === undefined || "role" in needs) throw new Error(`${name} names no permission`);
    const { work = [], personal = [], least = [] } = data[path] ?? {};
    const others = path === "GET /users/{id}" ? ownProfile : [];
    const of = (names: readonly string[]) =>
      names.filter((permission) => !others.includes(permission)).toSorted();
    expect(needs.delegated.toSorted()).toEqual(of(work));
    expect((needs.personal ?? needs.delegated).toSorted()).toEqual(of(personal));
    // Of one message's the data call the second one the least.
    expect([...least, "Mail.ReadBasic"]).toContain(needs.delegated[0]);
  });
});

test("every operation on Graph or Azure says what Microsoft has to allow", () => {
  const silent = operations
    .map(({ operation }) => operation)
    .filter(({ scope, needs }) => /^(?:graph|arm):/.test(scope) && needs === undefined);
  // Of a batch each request has a permission of its own.
  expect(silent.map(({ name }) => name)).toEqual(["runBatch"]);
});

test("no operation says so that is not compared here, but those on Azure", () => {
  const named = operations.flatMap(({ operation: { name, needs } }) =>
    needs !== undefined && "delegated" in needs ? [name] : [],
  );
  expect(named.toSorted()).toEqual(Object.keys(asks).toSorted());
});
