import { describe, expect, it } from "vitest";
import { AzureError, type GraphClient } from "../../../src/graph/index.ts";
import { collect } from "../http/collect.ts";
import { deepJson } from "../http/odd-json.ts";
import { failureOf, scriptedGraph, type Answer } from "./scripted-graph.ts";

const deepEvent = `{"body":${deepJson()}}`;

const root = "https://graph.microsoft.com";
const pages: Answer = ({ path }) =>
  path.includes("skip")
    ? Response.json({ value: [{ id: "3" }] })
    : Response.json({
        value: [{ id: "1" }, { id: "2" }],
        "@odata.nextLink": `${root}/v1.0/next?$skip=2`,
        "@odata.count": 3,
      });

describe("users", () => {
  it("reads the signed-in user and others by id", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({ id: "1" }));
    await graph.users.me({ select: ["id", "mail"] });
    await graph.users.get("ada@contoso.example");
    expect(calls.map(({ path }) => path)).toEqual([
      "/v1.0/me?$select=id%2Cmail",
      "/v1.0/users/ada%40contoso.example",
    ]);
  });

  it("keeps ConsistencyLevel on every page of a search", async () => {
    const { graph, calls } = scriptedGraph(pages);
    const found = await collect(graph.users.list({ search: "displayName:ada", top: 5 }));
    expect(found.map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect(calls.map(({ path }) => path)).toEqual([
      "/v1.0/users?$top=5&$search=%22displayName%3Aada%22&$count=true",
      "/v1.0/next?$skip=2",
    ]);
    expect(calls.map(({ headers }) => headers.get("consistencylevel"))).toEqual([
      "eventual",
      "eventual",
    ]);
  });

  it.each([
    ["a plain list", {}, null],
    ["a simple filter", { filter: "startswith(displayName,'a')" }, null],
    ["a count", { count: true }, "eventual"],
    ["endsWith", { filter: "endsWith(mail,'a')" }, "eventual"],
    ["ne", { filter: "department ne 'x'" }, "eventual"],
    ["a filter in order", { filter: "a eq 'b'", orderBy: "displayName" }, "eventual"],
    ["a word in a literal", { filter: "displayName eq 'not me'" }, null],
  ])("asks the eventual index only where Graph wants it: %s", async (_, options, level) => {
    const { graph, calls } = scriptedGraph(() => Response.json({ value: [] }));
    await collect(graph.users.list(options));
    expect(calls[0]?.headers.get("consistencylevel")).toBe(level);
    expect(calls[0]?.path.includes("$count=true")).toBe(level !== null);
  });

  it("looks for bare words in the display name, which Graph refuses without a property", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({ value: [] }));
    await collect(graph.users.list({ search: 'ada "countess"' }));
    const sent = new URL(calls[0]?.url ?? "").searchParams;
    expect(sent.get("$search")).toBe(String.raw`"displayName:ada \"countess\""`);
    expect([sent.get("$count"), calls[0]?.headers.get("consistencylevel")]).toEqual([
      "true",
      "eventual",
    ]);
  });

  it.each(["", " ", "\t"])("refuses to search for %j", async (search) => {
    const { graph, calls } = scriptedGraph(pages);
    expect(await failureOf(collect(graph.users.list({ search })))).toMatchObject({
      code: "invalid_request",
      details: { field: "search" },
    });
    expect(calls).toHaveLength(0);
  });

  it.each([
    [[]],
    [null],
    ["text"],
    [7],
    [{ error: {} }],
    [{ error: { code: "ErrorItemNotFound", message: "x" } }],
    [{ error: { code: 7 } }],
  ])("does not take %j for a user", async (answer) => {
    const { graph } = scriptedGraph(() => Response.json(answer));
    expect(await failureOf(graph.users.me())).toMatchObject({
      code: "upstream_error",
      details: { reason: "unexpected_body" },
    });
  });

  it("hands out pages with their token and goes on from it", async () => {
    const { graph } = scriptedGraph(pages);
    const first = await graph.users.list().byPage({ maxPageSize: 2 }).next();
    expect(first.value).toMatchObject({ count: 3, continuationToken: `${root}/v1.0/next?$skip=2` });
    const continuationToken = `${root}/v1.0/next?$skip=2`;
    const rest = await collect(graph.users.list().byPage({ continuationToken }));
    expect(rest).toEqual([{ items: [{ id: "3" }] }]);
  });

  it("never follows a link to another origin", async () => {
    const { graph, calls } = scriptedGraph(() =>
      Response.json({ value: [], "@odata.nextLink": "https://evil.example/v1.0/users" }),
    );
    expect(await failureOf(collect(graph.users.list()))).toMatchObject({
      code: "upstream_error",
      details: { reason: "foreign_link" },
    });
    expect(calls).toHaveLength(1);
  });

  it.each([0, 1001, 2.5, Number.NaN])("refuses a page size of %d", async (top) => {
    const { graph, calls } = scriptedGraph(pages);
    expect(await failureOf(collect(graph.users.list({ top })))).toMatchObject({
      code: "invalid_request",
      details: { field: "top" },
    });
    expect(calls).toHaveLength(0);
  });
});

describe("what is done to a message", () => {
  it("is one POST each, never repeated after a lost answer", async () => {
    const { graph, calls } = scriptedGraph(() => new Response(null, { status: 202 }));
    await graph.messages.reply("a/b", { comment: "Yes" });
    await graph.messages.reply("m", { all: true });
    await graph.messages.forward("m", { to: ["grace@contoso.example"], user: "ada" });
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1.0/me/messages/a%252Fb/reply",
      "POST /v1.0/me/messages/m/replyAll",
      "POST /v1.0/users/ada/messages/m/forward",
    ]);
    const lost = scriptedGraph(() => Promise.reject(new TypeError("gone")));
    expect(await failureOf(lost.graph.messages.reply("m"))).toMatchObject({
      details: { outcome: "unknown" },
    });
    expect(lost.calls).toHaveLength(1);
  });

  it("has happened to nothing after a redirect", async () => {
    const { graph } = scriptedGraph(
      () => new Response(null, { status: 302, headers: { location: `${root}/elsewhere` } }),
    );
    expect(await failureOf(graph.messages.reply("m"))).toMatchObject({ code: "upstream_error" });
    expect(await failureOf(graph.calendar.delete("e"))).toMatchObject({ code: "upstream_error" });
    expect(await failureOf(graph.files.delete("a"))).toMatchObject({ code: "upstream_error" });
  });
});

describe("changes of events and files", () => {
  it("name the calendar, the zone and the item", async () => {
    const { graph, calls } = scriptedGraph(({ method }) =>
      method === "PATCH" ? Response.json({ id: "e" }) : new Response(null, { status: 204 }),
    );
    await graph.calendar.update("e", { subject: "a" }, { timeZone: "UTC", calendar: "c" });
    await graph.calendar.delete("e");
    await graph.files.delete("Documents/a b.txt", { drive: "d" });
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "PATCH /v1.0/me/calendars/c/events/e",
      "DELETE /v1.0/me/events/e",
      "DELETE /v1.0/drives/d/root:/Documents/a%20b.txt",
    ]);
    expect(calls[0]?.headers.get("prefer")).toBe('outlook.timezone="UTC"');
  });

  it.each(["", "/", "//"])("never delete the root: %j", async (path) => {
    const { graph, calls } = scriptedGraph(() => new Response(null, { status: 204 }));
    expect(await failureOf(graph.files.delete(path))).toMatchObject({ details: { field: "path" } });
    expect(calls).toEqual([]);
  });
});

describe("a search of files", () => {
  it.each([
    ["a b", "a%20b"],
    ["it's", "it''s"],
    ["a/b", "a%252Fb"],
    ["a)b?c#d", "a)b%3Fc%23d"],
  ])("writes %j as OData's text", async (query, written) => {
    const { graph, calls } = scriptedGraph(() => Response.json({ value: [] }));
    await collect(graph.files.search(query, { top: 3 }));
    expect(calls[0]?.path).toBe(`/v1.0/me/drive/root/search(q='${written}')?$top=3`);
  });

  it.each(["", " ", "\ud800"])("is for words: %j", async (query) => {
    const { graph, calls } = scriptedGraph(() => Response.json({ value: [] }));
    expect(await failureOf(collect(graph.files.search(query)))).toMatchObject({
      code: "invalid_request",
      details: { field: "query" },
    });
    expect(calls).toEqual([]);
  });
});

describe("messages", () => {
  it("lists a folder, with its preferences on every page", async () => {
    const { graph, calls } = scriptedGraph(pages);
    const options = { folder: "inbox", bodyType: "text", immutableIds: true } as const;
    await collect(graph.messages.list(options));
    expect(calls[0]?.path).toBe("/v1.0/me/mailFolders/inbox/messages");
    expect(calls.map(({ headers }) => headers.get("prefer"))).toEqual([
      'outlook.body-content-type="text", IdType="ImmutableId"',
      'outlook.body-content-type="text", IdType="ImmutableId"',
    ]);
  });

  it("sends a message with its attachments", async () => {
    const { graph, calls } = scriptedGraph(() => new Response(null, { status: 202 }));
    await graph.messages.send({
      message: { subject: "Hi", toRecipients: [{ emailAddress: { address: "a@b.example" } }] },
      attachments: [{ name: "a.bin", content: new Uint8Array([0, 255]) }],
      saveToSentItems: false,
    });
    expect(calls[0]).toMatchObject({ method: "POST", path: "/v1.0/me/sendMail" });
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({
      message: {
        subject: "Hi",
        toRecipients: [{ emailAddress: { address: "a@b.example" } }],
        attachments: [
          {
            "@odata.type": "#microsoft.graph.fileAttachment",
            name: "a.bin",
            contentType: "application/octet-stream",
            contentBytes: "AP8=",
          },
        ],
      },
      saveToSentItems: false,
    });
  });

  it("searches by one quoted KQL text", async () => {
    const { graph, calls } = scriptedGraph(pages);
    await collect(graph.messages.list({ search: '"annual report" AND from:ada' }));
    expect(new URL(calls[0]?.url ?? "").searchParams.get("$search")).toBe(
      String.raw`"\"annual report\" AND from:ada"`,
    );
    expect(calls[0]?.headers.has("consistencylevel")).toBe(false);
  });

  it.each([302, 304, 307])("does not take a %i for a message handed over", async (status) => {
    const { graph, calls } = scriptedGraph(() => new Response(null, { status }));
    expect(await failureOf(graph.messages.send({ message: {} }))).toMatchObject({
      code: "upstream_error",
      details: { outcome: "unknown" },
    });
    expect(calls).toHaveLength(1);
  });

  it("does not send twice when the answer is lost", async () => {
    const { graph, calls } = scriptedGraph(() => Promise.reject(new TypeError("reset")));
    expect(await failureOf(graph.messages.send({ message: {} }))).toMatchObject({
      code: "upstream_unavailable",
      details: { outcome: "unknown" },
    });
    expect(calls).toHaveLength(1);
  });

  it("sends again what was throttled", async () => {
    let asked = 0;
    const { graph, waits } = scriptedGraph(() => {
      asked += 1;
      return asked === 1
        ? new Response(null, { status: 429, headers: { "retry-after": "1.5" } })
        : new Response(null, { status: 202 });
    });
    await graph.messages.send({ message: {} });
    expect(waits).toEqual([2000]);
  });

  it("refuses attachments that Graph would", async () => {
    const { graph, calls } = scriptedGraph(() => new Response(null, { status: 202 }));
    const attachments = [{ name: "a", content: new Uint8Array(3_100_000) }];
    expect(await failureOf(graph.messages.send({ message: {}, attachments }))).toMatchObject({
      code: "payload_too_large",
      details: { field: "attachments" },
    });
    expect(calls).toHaveLength(0);
  });
});

describe("calendar", () => {
  it("asks for a view in the caller's time zone", async () => {
    const { graph, calls } = scriptedGraph(pages);
    const view = graph.calendar.view({
      start: new Date("2026-11-24T00:00:00Z"),
      end: "2026-11-25T00:00:00+01:00",
      timeZone: "W. Europe Standard Time",
    });
    await collect(view);
    expect(calls[0]?.path).toBe(
      "/v1.0/me/calendarView?startDateTime=2026-11-24T00%3A00%3A00.000Z&endDateTime=2026-11-25T00%3A00%3A00%2B01%3A00",
    );
    expect(calls.map(({ headers }) => headers.get("prefer"))).toEqual([
      'outlook.timezone="W. Europe Standard Time"',
      'outlook.timezone="W. Europe Standard Time"',
    ]);
  });

  it.each([
    ["start", { start: "yesterday", end: "2026-11-25" }],
    ["end", { start: "2026-11-24", end: new Date(Number.NaN) }],
    ["timeZone", { start: "2026-11-24", end: "2026-11-25", timeZone: 'x", evil="y' }],
  ])("refuses a wrong %s", async (field, options) => {
    const { graph } = scriptedGraph(pages);
    expect(await failureOf(collect(graph.calendar.view(options)))).toMatchObject({
      code: "invalid_request",
      details: { field },
    });
  });

  it("creates an event once, though the first answer is lost", async () => {
    let asked = 0;
    const { graph, calls } = scriptedGraph(() => {
      asked += 1;
      if (asked === 1) throw new TypeError("reset");
      return Response.json({ id: "e1" }, { status: 201 });
    });
    expect(await graph.calendar.create({ subject: "Tea" })).toEqual({ id: "e1" });
    expect(calls.map(({ body }) => JSON.parse(body).transactionId)).toEqual([
      "fresh-id",
      "fresh-id",
    ]);
  });

  it.each([[[]], [null], ["done"]])("does not take %j for a created event", async (answer) => {
    const { graph } = scriptedGraph(() => Response.json(answer, { status: 201 }));
    expect(await failureOf(graph.calendar.create({ subject: "Tea" }))).toMatchObject({
      code: "upstream_error",
      details: { reason: "unexpected_body", outcome: "unknown" },
    });
  });

  it("keeps the caller's own transaction id", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({ id: "e1" }, { status: 201 }));
    await graph.calendar.create({ transactionId: "mine" }, { calendar: "c1" });
    expect(calls[0]?.path).toBe("/v1.0/me/calendars/c1/events");
    expect(JSON.parse(calls[0]?.body ?? "")).toEqual({ transactionId: "mine" });
  });
});

describe("other calls", () => {
  it("stay under the endpoint", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({ value: 1 }));
    expect(await graph.request({ path: "/me/drive" })).toEqual({ value: 1 });
    for (const path of ["me", "/../beta/me", "/%2e%2e/beta/me", "/a/..%2f..%2fbeta"]) {
      expect(await failureOf(graph.request({ path }))).toMatchObject({
        details: { field: "path" },
      });
    }
    expect(calls).toHaveLength(1);
  });

  it("go to the configured endpoint and version", async () => {
    const { graph, calls } = scriptedGraph(() => new Response(null, { status: 204 }), {
      endpoint: "http://localhost:8788/graph/",
      version: "beta",
    });
    expect(await graph.request({ path: "/me", method: "PATCH", json: { a: 1 } })).toBe(undefined);
    expect(calls[0]?.url).toBe("http://localhost:8788/graph/beta/me");
  });
});

describe("an argument that no request can hold", () => {
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;

  it.each<[string, (graph: GraphClient) => Promise<unknown>, string]>([
    ["a user's id", (graph) => graph.users.get("\ud800"), "id"],
    ["a mailbox", (graph) => collect(graph.messages.list({ user: "a\udc00" })), "user"],
    ["a folder", (graph) => collect(graph.messages.list({ folder: "\ud83d" })), "folder"],
    ["a calendar", (graph) => collect(graph.calendar.events({ calendar: "\ud83d" })), "calendar"],
    ["a filter", (graph) => collect(graph.users.list({ filter: "a eq '\ud800'" })), "filter"],
    ["a search", (graph) => collect(graph.messages.list({ search: "\ud800" })), "search"],
    ["a selection", (graph) => graph.users.me({ select: ["id", "\udfff"] }), "select"],
    ["an order", (graph) => collect(graph.files.list("", { orderBy: "\ud800" })), "orderBy"],
    ["a path", (graph) => graph.request({ path: "/me/\ud800" }), "path"],
    ["a query", (graph) => graph.request({ path: "/me", query: { $expand: "\ud800" } }), "expand"],
    ["a file", (graph) => graph.files.upload("a/\ud800.txt", "x", 1), "path"],
    ["a delta", (graph) => graph.delta("/users", { filter: "\ud800" }).next(), "filter"],
    ["JSON", (graph) => graph.request({ path: "/me", method: "PATCH", json: cycle }), "json"],
    ["a message", (graph) => graph.messages.send({ message: cycle }), "message"],
    ["an event", (graph) => graph.calendar.create(JSON.parse(deepEvent)), "event"],
  ])("is named when it is %s", async (_, call, field) => {
    const { graph, calls } = scriptedGraph(() => Response.json({ value: [] }));
    const reason = await failureOf(call(graph));
    expect(reason).toBeInstanceOf(AzureError);
    expect(reason).toMatchObject({ code: "invalid_request", details: { field } });
    expect(calls).toHaveLength(0);
  });
});
