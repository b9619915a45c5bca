import { beforeAll, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
let writer: string;
let reader: string;
beforeAll(async () => {
  graph = await createGraphHarness();
  writer = await graph.tokenOf(ADA, [
    "Calendars.ReadWrite",
    "Contacts.ReadWrite",
    "Mail.ReadWrite",
  ]);
  reader = await graph.tokenOf(ADA, ["Calendars.Read", "Contacts.Read", "Mail.Read"]);
});

const post = (path: string, json?: unknown, token = writer) =>
  graph.send("POST", path, { json, token });

const hour = (time: string) => ({ dateTime: `2026-12-01T${time}:00:00`, timeZone: "UTC" });
const event = { subject: "Tea", start: hour("10"), end: hour("11") };

describe("permanentDelete", () => {
  it.each<[string, string, unknown]>([
    ["an event", "/me/events", event],
    ["an event of the default calendar", "/me/calendar/events", event],
    ["a contact", "/me/contacts", { givenName: "Pavel" }],
    ["a contact of a folder", "/me/contactFolders/contacts/contacts", { givenName: "Pavel" }],
    ["a folder of contacts", "/me/contactFolders", { displayName: "Guests" }],
    ["a folder of mail", "/me/mailFolders", { displayName: "Steam" }],
    ["a draft", "/me/messages", { subject: "Tea" }],
  ])("of %s leaves nothing to find, for who may write", async (_, list, json) => {
    const made = await post(list, json);
    const path = `${list}/${String(made.body["id"])}`;
    const refused = await post(`${path}/permanentDelete`, undefined, reader);
    expect([made.status, refused.status, codeOf(refused)]).toEqual([201, 403, "ErrorAccessDenied"]);
    expect((await post(`${path}/permanentDelete`)).status).toBe(204);
    const gone = await graph.get(path, { token: reader });
    expect([gone.status, codeOf(gone)]).toEqual([404, "ErrorItemNotFound"]);
    expect((await post(`${path}/permanentDelete`)).status).toBe(404);
  });

  it.each(["/me/mailFolders/inbox", "/me/contactFolders/contacts"])(
    "is refused for a folder that the mailbox needs: %s",
    async (path) => {
      const refused = await post(`${path}/permanentDelete`);
      expect([refused.status, codeOf(refused)]).toEqual([403, "ErrorDeleteDistinguishedFolder"]);
    },
  );
});
