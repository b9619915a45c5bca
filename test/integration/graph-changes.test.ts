import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { AzureClient, type ConnectionClient } from "../../src/client/index.ts";
import { connected } from "./support/connections.ts";
import { asAll, call, json, origin, type Answer } from "./support/http.ts";

/** What people do most to mail, events and files, over HTTP, the client and, of lists, RPC. */

const service = exports.AzureService({ props: { caller: "test" } });
const azure = new AzureClient({
  baseUrl: origin,
  apiKey: "azk_all_all-secret",
  fetch: (url, init) => exports.default.fetch(new Request(url, init)),
});
const permissions = ["Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "Files.ReadWrite"];

let userId: string;
let ada: ConnectionClient;
beforeAll(async () => {
  const { id } = await connected("ada@contoso.example", { scopes: permissions });
  userId = id.slice("user:".length);
  ada = azure.connection({ userId });
});

const ask = (path: string, request: RequestInit = {}): Promise<Answer> =>
  call(`${path}${path.includes("?") ? "&" : "?"}user_id=${userId}`, asAll(request));
const newest = async (folder: string) =>
  (await ada.graph.messages({ folder, top: 1 })).data[0] ?? {};

describe("mail folders", () => {
  test("are the same over HTTP, RPC and the client, to the end by cursors", async () => {
    const http = await ask("/mail/folders?top=100&select=displayName");
    const names = (http.body["data"] as { displayName: string }[]).map((one) => one.displayName);
    expect(names).toEqual(expect.arrayContaining(["Inbox", "Sent Items"]));
    const rpc = await service.listMailFolders({ userId, top: 100 });
    expect(rpc.data.map((one) => one.displayName)).toEqual(names);
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await ada.graph.mailFolders({ top: 3, cursor });
      seen.push(...page.data.map((one) => one.displayName));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(names);
  });

  test("in a folder are asked for by the folder", async () => {
    expect((await ada.graph.mailFolders({ folder: "inbox" })).data).toEqual([]);
    const refused = await ask("/mail/folders?folder=nowhere");
    expect([refused.status, refused.body["code"]]).toEqual([400, "invalid_request"]);
  });
});

describe("a message", () => {
  test("is answered, to its sender or to all", async () => {
    const { id = "", subject } = await newest("inbox");
    const said = await ask(`/mail/${id}/reply`, json("POST", { comment: "Gladly" }));
    expect([said.status, said.body]).toEqual([202, { success: true, data: { accepted: true } }]);
    expect(await newest("sentitems")).toMatchObject({ subject: `RE: ${subject}` });
    expect((await ada.graph.reply(id, { all: true })).data).toEqual({ accepted: true });
  });

  test("is forwarded to whom the body names, and to nobody else", async () => {
    const { id = "", subject } = await newest("inbox");
    const to = ["grace@contoso.example"];
    expect((await ada.graph.forward(id, { to, comment: "FYI" })).data).toEqual({ accepted: true });
    expect(await newest("sentitems")).toMatchObject({
      subject: `FW: ${subject}`,
      toRecipients: [{ emailAddress: { address: to[0] } }],
    });
  });

  test.each([
    ["forward", {}, "to"],
    ["forward", { to: [] }, "to"],
    ["forward", { to: ["a@b.example"], colour: "red" }, "colour"],
    ["reply", { comment: 7 }, "comment"],
  ])("is not sent on a wrong body: %s %j", async (action, body, field) => {
    const { id = "" } = await newest("inbox");
    const before = (await newest("sentitems")).id;
    const refused = await ask(`/mail/${id}/${action}`, json("POST", body));
    expect([refused.status, refused.body]).toMatchObject([
      400,
      { code: "invalid_request", details: { field: expect.stringContaining(field) } },
    ]);
    expect((await newest("sentitems")).id).toBe(before);
  });

  test("that is not there cannot be answered", async () => {
    const refused = await ask("/mail/AAMkADnothing/reply", json("POST", {}));
    expect(refused.status).toBe(400);
  });
});

describe("an event", () => {
  const create = async () =>
    (
      await ada.graph.createEvent({
        subject: "Tea",
        start: { dateTime: "2026-12-01T16:00:00", timeZone: "UTC" },
        end: { dateTime: "2026-12-01T17:00:00", timeZone: "UTC" },
      })
    ).data;

  test("is changed where the body says so", async () => {
    const { id = "" } = await create();
    const said = await ask(
      `/calendar/events/${id}?time_zone=Europe/Berlin`,
      json("PATCH", { subject: "Coffee" }),
    );
    expect([said.status, said.body["data"]]).toMatchObject([
      200,
      { id, subject: "Coffee", start: { dateTime: "2026-12-01T17:00:00.0000000" } },
    ]);
    const { data } = await ada.graph.updateEvent(id, { location: { displayName: "Garden" } });
    expect(data).toMatchObject({ subject: "Coffee", location: { displayName: "Garden" } });
  });

  test("stays as it was when Graph refuses the change", async () => {
    const { id = "" } = await create();
    const end = { dateTime: "2026-12-01T01:00:00", timeZone: "UTC" };
    const refused = await ask(`/calendar/events/${id}`, json("PATCH", { end }));
    expect([refused.status, refused.body["code"]]).toEqual([400, "invalid_request"]);
  });

  test("is deleted once", async () => {
    const { id = "" } = await create();
    const said = await ask(`/calendar/events/${id}`, { method: "DELETE" });
    expect([said.status, said.body["data"]]).toEqual([200, { deleted: true }]);
    const again = await ada.graph.deleteEvent(id).catch((error: unknown) => error);
    expect(again).toMatchObject({ code: "not_found" });
  });
});

describe("files", () => {
  test("are found by name, wherever they lie", async () => {
    const found = await ask("/files/search?query=notes&select=name");
    expect(found.body["data"]).toMatchObject([{ name: "Notes.txt" }]);
    expect((await service.searchFiles({ userId, query: "notes" })).data).toHaveLength(1);
    expect((await ada.graph.searchFiles({ query: "it's a/b" })).data).toEqual([]);
  });

  test("are found page by page", async () => {
    await ada.graph.uploadFile("Many/needle one.txt", "1");
    await ada.graph.uploadFile("Many/needle two.txt", "2");
    const first = await ada.graph.searchFiles({ query: "needle", top: 1 });
    const second = await ada.graph.searchFiles({
      query: "needle",
      top: 1,
      cursor: first.nextCursor,
    });
    const names = [...first.data, ...second.data].map(({ name }) => name);
    expect(names.toSorted()).toEqual(["needle one.txt", "needle two.txt"]);
  });

  test.each(["/files/search", "/files/search?query=", "/files/search?query=%20"])(
    "are not looked for without words: %s",
    async (path) => {
      const refused = await ask(path);
      expect([refused.status, refused.body]).toMatchObject([
        400,
        { code: "invalid_request", details: { field: "query" } },
      ]);
    },
  );

  test("are deleted by their path, but never the root", async () => {
    await ada.graph.uploadFile("Gone/a.txt", "bytes");
    const said = await ask("/files/item?path=Gone/a.txt", { method: "DELETE" });
    expect([said.status, said.body["data"]]).toEqual([200, { deleted: true }]);
    const again = await ada.graph.deleteFile("Gone/a.txt").catch((error: unknown) => error);
    expect(again).toMatchObject({ code: "not_found" });
    const root = await ask("/files/item?path=%2F", { method: "DELETE" });
    expect([root.status, root.body]).toMatchObject([400, { details: { field: "path" } }]);
    expect((await ask("/files")).status).toBe(200);
  });
});
