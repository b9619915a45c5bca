import { beforeAll, describe, expect, test } from "vitest";
import { allTools } from "../../src/mcp/toolsets/index.ts";
import { actorOf, connected, newUser } from "./support/connections.ts";
import { sessionOf } from "./support/front.ts";
import { sandbox } from "./support/sandbox.ts";
import { callTool, toolNames, type McpOptions, type ToolResult } from "./support/mcp.ts";

/** Each tool as an agent calls it, against what plays Microsoft. */

const reads = ["connections:read", "graph:read", "arm:read"];
const writes = ["connections:write", "graph:write"];
const permissions = ["Mail.ReadWrite", "Mail.Send", "Calendars.ReadWrite", "Files.ReadWrite"];
const people = ["User.ReadBasic.All"];

let userId: string;
let asAgent: McpOptions;
beforeAll(async () => {
  const { id } = await connected("ada@contoso.example", { scopes: [...permissions, ...people] });
  userId = id.slice("user:".length);
  asAgent = { credential: await sessionOf(userId, [...reads, ...writes]) };
});

/** The result of a tool, which has to be what the tool says of it. */
async function call(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const result = await callTool(name, args, asAgent);
  if (result.isError) throw new Error(result.text);
  const output = allTools.find((tool) => tool.name === name)?.output;
  expect(output?.strict().safeParse(result.structured).error?.issues).toBeUndefined();
  expect(JSON.parse(result.text)).toEqual(result.structured);
  return result.structured;
}

type Items = Record<string, unknown>[];
const itemsOf = ({ items }: Record<string, unknown>): Items => items as Items;

describe("mail", () => {
  test("comes ten at a time, newest first, and goes on where it ended", async () => {
    const first = await call("mail_list_messages", { folder: "inbox" });
    const second = await call("mail_list_messages", {
      folder: "inbox",
      cursor: first["next_cursor"],
    });
    const ids = [...itemsOf(first), ...itemsOf(second)].map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([20, 20]);
    const times = itemsOf(first).map(({ received }) => String(received));
    expect(times).toEqual(times.toSorted().toReversed());
    expect(String(first["next_cursor"]).length).toBeLessThan(160);
  });

  test("is refused with a cursor of other arguments", async () => {
    const { next_cursor: cursor } = await call("mail_list_messages", { folder: "inbox" });
    const result = await callTool("mail_list_messages", { folder: "drafts", cursor }, asAgent);
    expect([result.isError, result.structured]).toEqual([
      true,
      expect.objectContaining({ code: "invalid_request", status: 400, field: "cursor" }),
    ]);
  });

  test("is filtered by sender, words, time and whether it was read", async () => {
    await sandbox.message({
      user: "ada@contoso.example",
      subject: 'Ada\'s "quoted" plan',
      from: "o'brien@contoso.example",
    });
    const found = await call("mail_list_messages", { from: "o'brien@contoso.example" });
    expect(itemsOf(found).map(({ subject }) => subject)).toEqual(['Ada\'s "quoted" plan']);
    const unread = itemsOf(await call("mail_list_messages", { unread: true, top: 50 }));
    expect(new Set(unread.map((item) => item["unread"]))).toEqual(new Set([true]));
    const subject = await call("mail_list_messages", {
      subject: "quoted",
      from: "o'brien@contoso.example",
    });
    expect(itemsOf(subject)).toHaveLength(1);
    const since = await call("mail_list_messages", { since: "2000-01-01", top: 3 });
    expect(itemsOf(since)).toHaveLength(3);
    const never = await call("mail_list_messages", { since: "2999-01-01T00:00:00Z" });
    expect(itemsOf(never)).toEqual([]);
  });

  test("is searched by words, which mean themselves", async () => {
    const found = await call("mail_list_messages", { query: "Release notes", top: 5 });
    expect(itemsOf(found).length).toBeGreaterThan(0);
    for (const { subject } of itemsOf(found)) expect(subject).toMatch(/release notes/i);
    const odd = await callTool("mail_list_messages", { query: '" OR from:grace' }, asAgent);
    expect([odd.isError, odd.structured["items"]]).toEqual([undefined, []]);
  });

  test.each([["query"], ["from"], ["subject"]])(
    "is not searched for a %s without a word",
    async (field) => {
      for (const text of ['"', "\\ ", " "]) {
        const { structured } = await callTool("mail_list_messages", { [field]: text }, asAgent);
        expect(structured).toMatchObject({ code: "invalid_request", field });
      }
    },
  );

  test("is read as text", async () => {
    const [first] = itemsOf(await call("mail_list_messages", { top: 1 }));
    const message = await call("mail_get_message", { id: first?.["id"] });
    expect(message["id"]).toBe(first?.["id"]);
    expect(message["body"]).not.toMatch(/<html|<body|<p>/i);
  });
});

describe("the calendar", () => {
  test("shows what happens between two times, and in which zone", async () => {
    const listed = await call("calendar_list_events", {
      start: "2026-01-01",
      end: "2027-12-31T00:00:00Z",
      time_zone: "Europe/Berlin",
      top: 5,
    });
    expect(listed["time_zone"]).toBe("Europe/Berlin");
    expect(itemsOf(listed).length).toBeGreaterThan(0);
    for (const { start } of itemsOf(listed)) expect(start).toMatch(/^[\d-]{10}T[\d:]{8}$/);
  });

  test("has the mailbox's zone where none is named, and UTC where that may not be read", async () => {
    const between = { start: "2026-01-01", end: "2026-12-31", top: 1 };
    const zone = async (respond: Record<string, unknown>) => {
      const match = { url: "/me/mailboxSettings" };
      await sandbox.fault({ match, times: 1, respond });
      return (await call("calendar_list_events", between))["time_zone"];
    };
    expect(
      await zone({ status: 200, headers: {}, body: { timeZone: "Tokyo Standard Time" } }),
    ).toBe("Tokyo Standard Time");
    const body = { error: { code: "ErrorAccessDenied", message: "Access is denied." } };
    expect(await zone({ status: 403, headers: {}, body })).toBe("UTC");
  });

  test("takes an event without attendees at once", async () => {
    const made = await call("calendar_create_event", {
      subject: "Focus",
      start: "2026-12-01T09:00:00",
      end: "2026-12-01T10:00:00+01:00",
      time_zone: "Europe/Berlin",
    });
    expect([made["subject"], made["start"], made["end"]]).toEqual([
      "Focus",
      "2026-12-01T09:00:00",
      "2026-12-01T10:00:00",
    ]);
  });

  test("invites nobody before the person has agreed", async () => {
    const event = {
      subject: "Lunch",
      start: "2026-12-02T12:00:00",
      end: "2026-12-02T13:00:00",
      time_zone: "UTC",
      attendees: ["grace@contoso.example"],
    };
    const asked = await callTool("calendar_create_event", event, asAgent);
    expect([asked.isError, asked.structured["code"]]).toEqual([true, "forbidden"]);
    expect(asked.text).toContain("confirm: true");
    const made = await call("calendar_create_event", { ...event, confirm: true });
    expect(made["attendees"]).toEqual([expect.stringContaining("grace@contoso.example")]);
  });
});

describe("files", () => {
  test("are listed, described and linked, and never downloaded", async () => {
    const folder = itemsOf(await call("files_list", {})).find(({ kind }) => kind === "folder");
    const inside = itemsOf(await call("files_list", { path: folder?.["name"] }));
    const file = inside.find(({ kind }) => kind === "file");
    const path = `${String(folder?.["name"])}/${String(file?.["name"])}`;
    expect(await call("files_get", { path })).toMatchObject({ id: file?.["id"], kind: "file" });
    const { web_url: url } = await call("files_get_link", { path });
    expect(url).toMatch(/^https:\/\//);
    expect(url).not.toMatch(/tempauth|token|download/i);
  });
});

describe("people", () => {
  test("are the person, and others of the organization", async () => {
    expect((await call("people_me", {}))["mail"]).toBe("ada@contoso.example");
    const blank = await callTool("people_search", { query: '":' }, asAgent);
    expect(blank.structured).toMatchObject({ code: "invalid_request", field: "query" });
    const found = itemsOf(await call("people_search", { query: "Grace" }));
    expect(found.map(({ mail }) => mail)).toContain("grace@contoso.example");
  });
});

describe("Azure", () => {
  test("is read from subscriptions down to a resource and its tags", async () => {
    const [subscription] = itemsOf(await call("arm_list_subscriptions", {}));
    const id = subscription?.["subscription_id"];
    const groups = itemsOf(await call("arm_list_resource_groups", { subscription_id: id }));
    expect(groups.length).toBeGreaterThan(0);
    const [resource] = itemsOf(await call("arm_list_resources", { subscription_id: id }));
    const one = await call("arm_get_resource", { id: resource?.["id"] });
    expect([one["name"], one["type"]]).toEqual([resource?.["name"], resource?.["type"]]);
    expect(await call("arm_get_tags", { id: resource?.["id"] })).toHaveProperty("tags");
  });
});

describe("watches", () => {
  test("are made, listed, and report what changed", async () => {
    const resource = "me/mailFolders('inbox')/messages";
    const made = await call("watch_create", { resource, change_types: ["created"] });
    const [listed] = itemsOf(await call("watch_list", {}));
    expect([listed?.["id"], listed?.["resource"]]).toEqual([made["id"], resource]);
    expect(itemsOf(await call("watch_changes", {}))).toEqual([]);
  });

  test("of others keep what they bring when an agent asks for the same", async () => {
    const stub = actorOf(`user:${userId}`);
    const resource = "me/messages";
    await stub.watch({ resource, changeTypes: ["created"], includeData: true, select: "subject" });
    const made = await call("watch_create", {
      resource: "/me/messages",
      change_types: ["created"],
    });
    expect(((await stub.watches()) as { value?: unknown[] }).value).toContainEqual(
      expect.objectContaining({ id: made["id"], include_data: true, select: "subject" }),
    );
  });
});

describe("errors", () => {
  test("name the argument that is wrong", async () => {
    const results: [string, Record<string, unknown>, string][] = [
      ["mail_list_messages", { top: 51 }, "top"],
      ["mail_list_messages", { since: "yesterday" }, "since"],
      ["mail_list_messages", { form: "ada" }, "form"],
      ["mail_get_message", {}, "id"],
      ["arm_list_resources", { subscription_id: "mine" }, "subscription_id"],
      ["calendar_create_event", { subject: "a", start: "soon", end: "later" }, "start"],
    ];
    for (const [name, args, field] of results) {
      const { isError, text, structured } = await callTool(name, args, asAgent);
      expect([name, isError, structured]).toEqual([
        name,
        true,
        expect.objectContaining({ code: "invalid_request", status: 400, field }),
      ]);
      expect(text.split("\n")[0]).toMatch(new RegExp(`^invalid_request: ${field}\\b`));
    }
  });

  test("say what was not found, under which request", async () => {
    const { isError, structured } = await callTool("files_get", { path: "no/such.file" }, asAgent);
    expect([isError, structured]).toEqual([
      true,
      expect.objectContaining({ code: "not_found", status: 404, request_id: expect.any(String) }),
    ]);
  });

  test("give the link by which a lacking permission is granted", async () => {
    const { id } = await connected("grace@contoso.example");
    const credential = await sessionOf(id.slice("user:".length), reads);
    const result: ToolResult = await callTool("files_list", {}, { credential });
    expect(result.structured).toMatchObject({ code: "forbidden", remedy: { action: "consent" } });
    expect(result.text).toMatch(/The person has to open http\S+\/reconnect\?link=\S+/);
  });

  test("say how long to wait", async () => {
    await sandbox.fault({
      match: { url: "/v1.0/me/mailFolders/inbox/messages" },
      times: 1,
      respond: { status: 429, headers: { "retry-after": "7" }, body: {} },
    });
    const result = await callTool("mail_list_messages", { folder: "inbox" }, asAgent);
    expect(result.structured).toMatchObject({ code: "throttled", status: 429, retry_after: 7 });
    expect(result.text).toContain("Try again in 7 s.");
  });
});

describe("what a caller may", () => {
  test("hides the tools that its scopes do not reach", async () => {
    const credential = await sessionOf(newUser());
    const names = await toolNames({ credential });
    expect(names).toContain("mail_list_messages");
    expect(names).not.toContain("mail_send_draft");
  });

  test("ends at reading where only reading was asked for, whatever the scopes", async () => {
    const options = { ...asAgent, query: "?readonly=1" };
    const names = await toolNames(options);
    expect(names).not.toContain("mail_create_draft");
    const stub = actorOf(`user:${userId}`);
    const before = (await stub.watches()) as { value?: unknown[] };
    await expect(
      callTool("watch_create", { resource: "me/events", change_types: ["created"] }, options),
    ).rejects.toThrow("not found");
    expect(((await stub.watches()) as { value?: unknown[] }).value).toEqual(before.value);
  });

  test("is narrowed to toolsets", async () => {
    const names = await toolNames({ ...asAgent, query: "?toolsets=people,connection" });
    expect(names).toEqual(["connection_status", "connection_list", "people_me", "people_search"]);
  });
});
