import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { readMime } from "../../sandbox/graph/mail/mime.ts";
import {
  preferenceApplied,
  readPreferences,
  textOfHtml,
} from "../../sandbox/graph/mail/preferences.ts";
import { codeOf, createGraphHarness, GRACE, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
let grace: string;
beforeAll(async () => {
  graph = await createGraphHarness();
  grace = await graph.tokenOf(GRACE, ["Mail.Read"]);
});
beforeEach(() => graph.world.reset());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe("The list of messages", () => {
  it("brings Ada's 250, ten to a page, newest first, each once", async () => {
    const pages = await graph.pages("/me/messages?$select=receivedDateTime");
    expect(pages).toHaveLength(25);
    expect(pages[0]?.["@odata.nextLink"]).toBe(
      "https://graph.microsoft.com/v1.0/me/messages?%24select=receivedDateTime&%24skip=10",
    );
    const messages = pages.flatMap(({ value }) => value ?? []);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(250);
    const times = messages.map(({ receivedDateTime }) => String(receivedDateTime));
    expect(times).toEqual([...times].sort().toReversed());
  });

  it("always has id and etag, whatever $select says", async () => {
    const { body } = await graph.get("/me/messages?$select=subject&$top=1");
    expect(Object.keys(body.value?.[0] ?? {})).toEqual(["@odata.etag", "id", "subject"]);
    expect(body["@odata.context"]).toContain("/messages(subject)");
  });

  it("counts before it pages", async () => {
    const { body } = await graph.get("/me/messages?$count=true&$top=1&$filter=isRead eq false");
    expect([body["@odata.count"], body.value?.length]).toEqual([73, 1]);
    expect((await graph.get("/me/messages/$count?$filter=isRead eq false")).text).toBe("73");
  });

  it("takes up to a thousand", async () => {
    const all = await graph.get("/me/messages?$top=1000&$select=id");
    expect(all.body.value).toHaveLength(250);
    expect(all.body).not.toHaveProperty("@odata.nextLink");
    expect((await graph.get("/me/messages?$top=1001")).status).toBe(400);
  });

  it("filters by sender, date and text", async () => {
    const filter = [
      "from/emailAddress/address eq 'mary@royalsociety.example'",
      `receivedDateTime ge ${daysAgo(60)}`,
      "startswith(subject,'Engine')",
    ].join(" and ");
    const { body } = await graph.get(`/me/messages?$filter=${filter}&$select=subject`);
    expect(body.value?.length).toBeGreaterThan(0);
    for (const subject of namesOf(body, "subject") ?? []) expect(subject).toMatch(/^Engine/);
  });

  it.each([
    ["$filter=isRead eq false&$orderby=receivedDateTime desc", "InefficientFilter"],
    ["$filter=colour eq 'x'", "BadRequest"],
    ["$filter=isRead eq 'false'", "BadRequest"],
    ["$orderby=colour", "BadRequest"],
    ["$select=colour", "BadRequest"],
    ["$top=0", "BadRequest"],
    ["$skip=-1", "BadRequest"],
    ['$search="engine"&$filter=isRead eq true', "SearchWithFilter"],
    ['$search="engine"&$orderby=subject', "SearchWithOrderBy"],
    ["$search=engine", "BadRequest"],
  ])("refuses %s with %s", async (query, code) => {
    const said = await graph.get(`/me/messages?${query}`);
    expect([said.status, codeOf(said)]).toEqual([400, code]);
  });

  it("orders by a filtered property that comes first", async () => {
    const { body } = await graph.get(
      `/me/messages?$filter=receivedDateTime ge ${daysAgo(3)} and isRead eq false&$orderby=receivedDateTime&$select=receivedDateTime`,
    );
    const times = namesOf(body, "receivedDateTime") ?? [];
    expect(times.length).toBeGreaterThan(1);
    expect(times).toEqual([...times].sort());
  });

  it("searches without ConsistencyLevel, and pages by another token", async () => {
    const pages = await graph.pages(
      '/me/messages?$search="from:mary engine"&$top=2&$select=subject',
    );
    expect(pages.length).toBeGreaterThan(1);
    expect(pages[0]?.["@odata.nextLink"]).toContain("%24skiptoken=");
    for (const page of pages)
      for (const subject of namesOf(page, "subject") ?? []) expect(subject).toMatch(/^Engine/);
  });

  it.each(["received:today", "received>=2026-01-01", "size>10", "tea OR coffee", "NOT tea"])(
    "says that it cannot search by %s, and finds nothing wrong",
    async (words) => {
      const said = await graph.get(`/me/messages?$search=${encodeURIComponent(`"${words}"`)}`);
      expect([said.status, codeOf(said)]).toEqual([400, "BadRequest"]);
      expect(said.body.error?.message).toMatch(/^The sandbox /);
    },
  );

  it("of a guest does not exist where it is a guest", async () => {
    const token = await graph.tokenOf("lin@fabrikam.example", ["Mail.Read"], CONTOSO_TENANT);
    const said = await graph.get("/me/messages", { token });
    expect([said.status, codeOf(said)]).toEqual([404, "MailboxNotEnabledForRESTAPI"]);
    const atHome = await graph.tokenOf("lin@fabrikam.example", ["Mail.Read"]);
    expect((await graph.get("/me/messages", { token: atHome })).status).toBe(200);
  });
});

describe("A message", () => {
  const first = async (headers: Record<string, string> = {}) =>
    (await graph.get("/me/messages?$top=1", { headers })).body.value?.[0];

  it("has an immutable id when asked, and is found by either", async () => {
    const regular = await first();
    const immutable = await first({ prefer: 'IdType="ImmutableId"' });
    expect(regular?.id).toMatch(/^AAMkAD/);
    expect(immutable?.id).toMatch(/^AAkALg/);
    for (const id of [regular?.id, immutable?.id]) {
      const said = await graph.get(`/me/messages/${encodeURIComponent(id ?? "")}`);
      expect(said.body["subject"]).toBe(regular?.["subject"]);
    }
  });

  it("has its body as text when asked", async () => {
    const prefer = 'outlook.body-content-type="text", IdType="ImmutableId"';
    const said = await graph.get("/me/messages?$top=1", { headers: { prefer } });
    expect(said.body.value?.[0]?.["body"]).toEqual({
      contentType: "text",
      content: expect.not.stringContaining("<"),
    });
    expect(said.headers.get("preference-applied")).toBe(prefer);
    expect((await first())?.["body"]).toMatchObject({ contentType: "html" });
  });

  it("is not found once it is deleted, and a malformed id gets another answer", async () => {
    const id = (await first())?.id ?? "";
    expect((await graph.send("DELETE", `/me/messages/${id}`)).status).toBe(204);
    const gone = await graph.get(`/me/messages/${id}`);
    expect([gone.status, codeOf(gone)]).toEqual([404, "ErrorItemNotFound"]);
    const malformed = await graph.get("/me/messages/abc");
    expect([malformed.status, codeOf(malformed)]).toEqual([400, "ErrorInvalidIdMalformed"]);
  });
});

describe("A message that is deleted", () => {
  const deleted = async () =>
    (await graph.get("/me/mailFolders/deleteditems/messages?$top=1")).body.value?.[0];

  it("lies among the deleted ones by another id, and goes for good from there", async () => {
    const before = await graph.get("/me/mailFolders/deleteditems");
    const [one] = (await graph.get("/me/mailFolders/inbox/messages?$top=1")).body.value ?? [];
    await graph.send("DELETE", `/me/messages/${one?.id}`);
    const there = await deleted();
    expect(there?.["subject"]).toBe(one?.["subject"]);
    expect(there?.id).not.toBe(one?.id);
    expect((await graph.send("DELETE", `/me/messages/${there?.id}`)).status).toBe(204);
    expect((await graph.get(`/me/messages/${there?.id}`)).status).toBe(404);
    const after = await graph.get("/me/mailFolders/deleteditems");
    expect(after.body["totalItemCount"]).toBe(before.body["totalItemCount"]);
  });

  it("keeps its immutable id", async () => {
    const headers = { prefer: 'IdType="ImmutableId"' };
    const path = "/me/mailFolders/inbox/messages?$top=1";
    const [one] = (await graph.get(path, { headers })).body.value ?? [];
    await graph.send("DELETE", `/me/messages/${one?.id}`, { headers });
    const found = await graph.get(`/me/messages/${one?.id}`, { headers });
    expect([found.status, found.body["subject"]]).toEqual([200, one?.["subject"]]);
  });

  it("for good is nowhere", async () => {
    const [one] = (await graph.get("/me/mailFolders/inbox/messages?$top=1")).body.value ?? [];
    const newest = await deleted();
    const done = await graph.send("POST", `/me/messages/${one?.id}/permanentDelete`);
    expect(done.status).toBe(204);
    expect((await deleted())?.id).toBe(newest?.id);
    const again = await graph.send("POST", `/me/messages/${one?.id}/permanentDelete`);
    expect([again.status, codeOf(again)]).toEqual([404, "ErrorItemNotFound"]);
  });
});

describe("Mail folders", () => {
  it("are reached by well-known name or id and split the mailbox among them", async () => {
    const { body } = await graph.get("/me/mailFolders");
    const folders = body.value ?? [];
    expect(folders.reduce((sum, one) => sum + Number(one["totalItemCount"]), 0)).toBe(250);
    const inbox = await graph.get("/me/mailFolders/Inbox");
    expect(inbox.body["displayName"]).toBe("Inbox");
    const byId = await graph.get(`/me/mailFolders/${inbox.body["id"]}/messages?$count=true&$top=1`);
    expect(byId.body["@odata.count"]).toBe(200);
    expect((await graph.get("/me/mailFolders/sentitems/messages/$count")).text).toBe("30");
    expect((await graph.get("/me/mailFolders('drafts')/messages/$count")).text).toBe("8");
    expect((await graph.get("/me/mailFolders/nowhere")).status).toBe(400);
  });

  it("list their changes: all, then what came and went", async () => {
    const pages = await graph.pages("/me/mailFolders/inbox/messages/delta?$select=subject", {
      headers: { prefer: "odata.maxpagesize=150" },
    });
    // Exchange ends a first round with a page of its own.
    expect(pages.map(({ value }) => value?.length)).toEqual([150, 50, 0]);
    expect(pages.filter((page) => "@odata.deltaLink" in page)).toHaveLength(1);
    const [newest] = (await graph.get("/me/mailFolders/inbox/messages?$top=1")).body.value ?? [];
    await graph.send("DELETE", `/me/messages/${newest?.id}`);
    const [other] = (await graph.get("/me/mailFolders/inbox/messages?$top=1")).body.value ?? [];
    await graph.send("PATCH", `/me/messages/${other?.id}`, { json: { isRead: true } });
    const next = await graph.get(pages.at(-1)?.["@odata.deltaLink"] ?? "");
    expect(next.body.value).toEqual([
      {
        "@odata.type": "#microsoft.graph.message",
        id: newest?.id,
        "@removed": { reason: "deleted" },
      },
      {
        "@odata.type": "#microsoft.graph.message",
        "@odata.etag": expect.any(String),
        id: other?.id,
        subject: other?.["subject"],
      },
    ]);
    expect(next.headers.get("preference-applied")).toBe("odata.track-changes");
  });

  it("know no $deltatoken=latest and no Location when a token is too old", async () => {
    const latest = await graph.get("/me/mailFolders/drafts/messages/delta?$deltatoken=latest");
    expect(latest.body.value).toHaveLength(8);
    const pages = await graph.pages("/me/mailFolders/drafts/messages/delta");
    graph.world.reset();
    const said = await graph.get(pages.at(-1)?.["@odata.deltaLink"] ?? "");
    expect([said.status, codeOf(said), said.headers.get("location")]).toEqual([
      410,
      "SyncStateNotFound",
      null,
    ]);
  });
});

describe("Sending mail", () => {
  const message = {
    subject: "Hello",
    body: { contentType: "Text", content: "How are you?" },
    toRecipients: [{ emailAddress: { address: GRACE } }],
    attachments: [
      {
        "@odata.type": "#microsoft.graph.fileAttachment",
        name: "a.txt",
        contentType: "text/plain",
        contentBytes: "aGVsbG8=",
      },
    ],
  };
  const sent = async () => (await graph.get("/me/mailFolders/sentitems/messages/$count")).text;

  it("refuses more than 4 MB, whether or not the request says its length", async () => {
    const body = { contentType: "Text", content: "x".repeat(4 * 1024 * 1024) };
    const said = await graph.send("POST", "/me/sendMail", { json: { message: { body } } });
    expect([said.status, codeOf(said)]).toEqual([413, "RequestEntityTooLarge"]);
  });

  it("is accepted without a word, delivered and kept among the sent", async () => {
    const said = await graph.send("POST", "/me/sendMail", { json: { message } });
    expect([said.status, said.text]).toEqual([202, ""]);
    expect(await sent()).toBe("31");
    const { body } = await graph.get("/me/messages?$top=1", { token: grace });
    expect(body.value?.[0]).toMatchObject({
      subject: "Hello",
      hasAttachments: true,
      isRead: false,
      from: { emailAddress: { address: "ada@contoso.example" } },
    });
  });

  it.each([false, "false", "False"])("is not kept with saveToSentItems %j", async (save) => {
    const json = { message, saveToSentItems: save };
    expect((await graph.send("POST", "/me/sendMail", { json })).status).toBe(202);
    expect(await sent()).toBe("30");
  });

  it.each([
    // As the metadata write the parameters of the action.
    { Message: message, SaveToSentItems: false },
    { Message: message, SaveToSentItems: "false" },
    { MESSAGE: message, savetosentitems: "FALSE" },
    {
      Message: {
        Subject: "Hello",
        Body: { ContentType: "HTML", Content: "<p>How are you?</p>" },
        ToRecipients: [{ EmailAddress: { Address: GRACE, Name: "Grace" } }],
        Importance: "High",
      },
      SaveToSentItems: "false",
    },
  ])("takes names in any letter case: %j", async (json) => {
    expect((await graph.send("POST", "/me/sendMail", { json })).status).toBe(202);
    expect(await sent()).toBe("30");
    const { body } = await graph.get("/me/messages?$top=1", { token: grace });
    expect(body.value?.[0]).toMatchObject({
      subject: "Hello",
      toRecipients: [{ emailAddress: { address: GRACE } }],
    });
  });

  it("takes MIME in base64", async () => {
    const mime = [
      "From: ada@contoso.example",
      "To: Grace <grace@contoso.example>",
      "Subject: =?utf-8?B?R3LDvMOfZQ==?=",
      "Content-Type: text/html; charset=utf-8",
      "",
      "<p>Hello</p>",
    ].join("\r\n");
    const headers = { "content-type": "text/plain" };
    const said = await graph.send("POST", "/me/sendMail", { headers, body: btoa(mime) });
    expect(said.status).toBe(202);
    const { body } = await graph.get("/me/messages?$top=1", { token: grace });
    expect(body.value?.[0]).toMatchObject({ subject: "Grüße", body: { content: "<p>Hello</p>" } });
    const bad = await graph.send("POST", "/me/sendMail", { headers, body: "not base64!" });
    expect([bad.status, bad.body.error?.message]).toEqual([
      400,
      "Invalid base64 string for MIME content.",
    ]);
  });

  it.each([
    [{}, "ErrorInvalidParameter"],
    [{ message: { subject: "to nobody" } }, "ErrorInvalidRecipients"],
    [
      { message: { ...message, toRecipients: [{ emailAddress: { address: "x" } }] } },
      "ErrorInvalidRecipients",
    ],
    [{ message: { ...message, colour: "red" } }, "RequestBodyRead"],
    [{ message: { ...message, subject: 7 } }, "RequestBodyRead"],
    [{ message, Message: message }, "RequestBodyRead"],
    [{ message: { ...message, Subject: "twice" } }, "RequestBodyRead"],
    [{ message, saveToSentItems: "no" }, "RequestBodyRead"],
    [{ message, SaveToSentItems: 0 }, "RequestBodyRead"],
  ])("refuses %j with %s", async (json, code) => {
    const said = await graph.send("POST", "/me/sendMail", { json });
    expect([said.status, codeOf(said)]).toEqual([400, code]);
    expect(await sent()).toBe("30");
  });

  it("refuses what is no JSON", async () => {
    const headers = { "content-type": "application/json" };
    expect((await graph.send("POST", "/me/sendMail", { headers, body: "{" })).status).toBe(400);
  });
});

describe("A mailbox", () => {
  it("serves four requests of one application at a time and refuses the fifth", async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => graph.get("/me/messages?$top=1")),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers.get("retry-after")).toBe("1");
    expect(refused?.body).toEqual({
      error: {
        code: "ApplicationThrottled",
        message: "Application is over its MailboxConcurrency limit.",
      },
    });
    const { body } = await graph.get("https://graph.microsoft.com/_mailboxes");
    expect(body["mailboxes"]).toEqual([
      expect.objectContaining({ in_flight: 0, peak: 4, refused: 2 }),
    ]);
  });

  it("shares its places among mail and calendar, and with no other mailbox", async () => {
    const paths = ["/me/messages", "/me/events", "/me/mailFolders", "/me/messages/$count"];
    const full = paths.map((path) => graph.get(path));
    const others = [graph.get("/me/messages", { token: grace }), graph.get("/me")];
    const statuses = (await Promise.all([...full, ...others])).map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
  });
});

describe("Preferences", () => {
  it.each([
    ['outlook.timezone="Pacific Standard Time"', { timeZone: "Pacific Standard Time" }],
    ["IdType=ImmutableId, odata.maxpagesize=5", { immutableIds: true }],
    ['outlook.body-content-type="TEXT"', { bodyType: "text" }],
    ['outlook.body-content-type="markdown"', { bodyType: undefined }],
  ])("are read out of %s", (header, expected) => {
    expect(readPreferences(header)).toMatchObject(expected);
  });

  it("that were not asked for are not applied", () => {
    expect(preferenceApplied(readPreferences(undefined))).toBeUndefined();
  });

  it("make words of HTML", () => {
    expect(textOfHtml("<head><title>x</title></head><p>a &amp; b</p><p>&lt;c&gt;</p>")).toBe(
      "a & b\r\n<c>",
    );
  });
});

describe("MIME", () => {
  it("of several parts yields the HTML one", () => {
    const mime = readMime(
      btoa(
        [
          "To: a@example.com, b@example.com",
          'Content-Type: multipart/alternative; boundary="x"',
          "",
          "--x",
          "Content-Type: text/plain",
          "",
          "plain",
          "--x",
          "Content-Type: text/html",
          "Content-Transfer-Encoding: quoted-printable",
          "",
          "<p>=C3=BC</p>",
          "--x--",
        ].join("\r\n"),
      ),
    );
    expect(mime?.to).toEqual(["a@example.com", "b@example.com"]);
    expect(mime?.body.contentType).toBe("html");
    expect(mime?.body.content.trim()).toBe("<p>ü</p>");
  });

  it.each(["", "abc", "****", "a=bc"])("%j is none", (text) => {
    expect(readMime(text)).toBeUndefined();
  });
});
