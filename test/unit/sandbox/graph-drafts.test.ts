import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness, GRACE } from "./graph-harness.ts";
import type { Entity, GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
let grace: string;
beforeAll(async () => {
  graph = await createGraphHarness();
  graph.world.settings.mailbox_latency_ms = 0;
  grace = await graph.tokenOf(GRACE, ["Mail.Read"]);
});
beforeEach(() => {
  graph.world.reset();
  graph.world.settings.mailbox_latency_ms = 0;
});

const to = (address: string) => [{ emailAddress: { address } }];
const idOf = (body: { [member: string]: unknown }) => String(body["id"]);
const count = async (folder: string) =>
  Number((await graph.get(`/me/mailFolders/${folder}/messages/$count`)).text);
const newest = async (folder: string, token = graph.ada): Promise<Entity | undefined> =>
  (await graph.get(`/me/mailFolders/${folder}/messages?$top=1`, { token })).body.value?.[0];
const sentTo = (message: Entity = { id: "" }, list: string) =>
  (message[list] as { emailAddress: { address: string } }[]).map(
    ({ emailAddress: { address } }) => address,
  );

describe("A draft", () => {
  const draft = async (json: unknown = { subject: "Tea", toRecipients: to(GRACE) }) =>
    (await graph.send("POST", "/me/messages", { json })).body;

  it("is changed in every part, and then sent out of the drafts", async () => {
    const id = idOf(await draft());
    const drafts = await count("drafts");
    const sent = await count("sentitems");
    const changed = await graph.send("PATCH", `/me/messages/${id}`, {
      json: { subject: "Tea at four", body: { contentType: "HTML", content: "<p>Come</p>" } },
    });
    expect(changed.body).toMatchObject({
      id,
      subject: "Tea at four",
      isDraft: true,
      body: { contentType: "html", content: "<p>Come</p>" },
    });
    const said = await graph.send("POST", `/me/messages/${id}/send`);
    expect([said.status, said.text]).toEqual([202, ""]);
    expect([await count("drafts"), await count("sentitems")]).toEqual([drafts - 1, sent + 1]);
    expect(await newest("sentitems")).toMatchObject({ subject: "Tea at four", isDraft: false });
    expect(await newest("inbox", grace)).toMatchObject({
      subject: "Tea at four",
      isRead: false,
      from: { emailAddress: { address: ADA } },
    });
    // It has another id now; an immutable one would have stayed.
    expect((await graph.get(`/me/messages/${id}`)).status).toBe(404);
  });

  it("keeps an immutable id when it is sent", async () => {
    const headers = { prefer: 'IdType="ImmutableId"' };
    const json = { subject: "Kept", toRecipients: to(GRACE) };
    const id = idOf((await graph.send("POST", "/me/messages", { json, headers })).body);
    await graph.send("POST", `/me/messages/${id}/send`);
    const said = await graph.get(`/me/messages/${id}`, { headers });
    expect(said.body).toMatchObject({ id, subject: "Kept", isDraft: false });
  });

  it("may have a body without a type or content, and an author who is somebody", async () => {
    for (const body of [{ contentType: "text" }, { content: null }, { contentType: null }, {}])
      expect(await draft({ subject: "Tea", body })).toMatchObject({
        isDraft: true,
        bodyPreview: "",
      });
    for (const json of [{ sender: 5 }, { from: "ada@contoso.example" }]) {
      const said = await graph.send("POST", "/me/messages", { json });
      expect([said.status, codeOf(said)]).toEqual([400, "RequestBodyRead"]);
    }
  });

  it("to nobody is not sent, and is still there", async () => {
    const id = idOf(await draft({ subject: "Nobody" }));
    const said = await graph.send("POST", `/me/messages/${id}/send`);
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidRecipients"]);
    expect((await graph.get(`/me/messages/${id}`)).status).toBe(200);
  });

  it("is made in a folder that is named, and of MIME", async () => {
    const json = { subject: "Put away" };
    await graph.send("POST", "/me/mailFolders/archive/messages", { json });
    expect(await newest("archive")).toMatchObject({ subject: "Put away", isDraft: true });
    const mime = Buffer.from(`To: ${GRACE}\r\nSubject: By hand\r\n\r\nHello`).toString("base64");
    const headers = { "content-type": "text/plain" };
    const said = await graph.send("POST", "/me/messages", { body: mime, headers });
    expect(said.body).toMatchObject({ subject: "By hand", toRecipients: [{}] });
  });

  it("gets and loses attachments", async () => {
    const id = idOf(await draft());
    const file = await graph.send("POST", `/me/messages/${id}/attachments`, {
      json: {
        "@odata.type": "#microsoft.graph.fileAttachment",
        name: "a.txt",
        contentBytes: "aGVsbG8=",
      },
    });
    expect([file.status, file.body["size"]]).toEqual([201, 5]);
    const path = `/me/messages/${id}/attachments`;
    expect((await graph.get(path)).body.value?.map(({ name }) => name)).toEqual(["a.txt"]);
    expect((await graph.get(`${path}/${idOf(file.body)}`)).body).toMatchObject({
      contentBytes: "aGVsbG8=",
    });
    expect((await graph.send("DELETE", `${path}/${idOf(file.body)}`)).status).toBe(204);
    expect((await graph.get(`/me/messages/${id}`)).body["hasAttachments"]).toBe(false);
  });

  it("has headers of its own only", async () => {
    const make = (name: string) =>
      graph.send("POST", "/me/messages", {
        json: {
          subject: "Headers",
          toRecipients: to(GRACE),
          internetMessageHeaders: [{ name, value: "tea" }],
        },
      });
    expect(codeOf(await make("Received"))).toBe("InvalidInternetMessageHeader");
    await graph.send("POST", `/me/messages/${idOf((await make("x-occasion")).body)}/send`);
    const { body } = await graph.get(
      "/me/mailFolders/sentitems/messages?$top=1&$select=internetMessageHeaders",
    );
    expect(body.value?.[0]?.["internetMessageHeaders"]).toContainEqual({
      name: "x-occasion",
      value: "tea",
    });
  });
});

describe("A message that came", () => {
  const received = async () => (await newest("inbox")) ?? { id: "" };

  it("is flagged and read, but not written anew", async () => {
    const { id, subject } = await received();
    const json = { isRead: true, flag: { flagStatus: "complete" }, categories: ["Tea"] };
    const changed = await graph.send("PATCH", `/me/messages/${id}`, { json });
    expect(changed.body).toMatchObject(json);
    const said = await graph.send("PATCH", `/me/messages/${id}`, {
      json: { isRead: false, subject: "Mine" },
    });
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidPropertySet"]);
    expect((await graph.get(`/me/messages/${id}`)).body).toMatchObject({ isRead: true, subject });
    expect(codeOf(await graph.send("POST", `/me/messages/${id}/send`))).toBe("ErrorInvalidRequest");
  });

  it("is followed up by times, until the flag is gone", async () => {
    const { id } = await received();
    const flag = async (json: object) =>
      graph.send("PATCH", `/me/messages/${id}`, { json: { flag: json } });
    const at = (dateTime: string) => ({ dateTime, timeZone: "UTC" });
    const [startDateTime, dueDateTime] = [at("2026-12-01T00:00:00"), at("2026-12-03T00:00:00")];
    const early = await flag({ flagStatus: "flagged", dueDateTime });
    expect([early.status, codeOf(early)]).toEqual([400, "RequestBodyRead"]);
    const none = await flag({ flagStatus: "flagged", startDateTime: at("2026-02-30T00:00:00") });
    expect([none.status, codeOf(none)]).toEqual([400, "RequestBodyRead"]);
    await flag({ flagStatus: "flagged", startDateTime, dueDateTime });
    await flag({ completedDateTime: null });
    const shown = async () => (await graph.get(`/me/messages/${id}`)).body["flag"];
    expect(await shown()).toEqual({ flagStatus: "flagged", startDateTime, dueDateTime });
    const due = await graph.get(
      `/me/messages?$filter=${encodeURIComponent("flag/dueDateTime/dateTime ge '2026-12-02'")}`,
    );
    expect(due.body.value?.map((one) => one.id)).toEqual([id]);
    await flag({ flagStatus: "notFlagged" });
    expect(await shown()).toEqual({ flagStatus: "notFlagged" });
  });

  it("is answered to whoever sent it", async () => {
    const message = await received();
    const said = await graph.send("POST", `/me/messages/${message.id}/reply`, {
      json: { comment: "Gladly & soon" },
    });
    expect([said.status, said.text]).toEqual([202, ""]);
    const answer = await newest("sentitems");
    const from = message["from"] as { emailAddress: { address: string } };
    expect(sentTo(answer, "toRecipients")).toEqual([from.emailAddress.address]);
    expect(answer).toMatchObject({
      subject: `RE: ${String(message["subject"])}`,
      conversationId: message["conversationId"],
      body: { content: expect.stringContaining("Gladly &amp; soon") },
    });
  });

  it("is answered to all of them, once each, and never to oneself", async () => {
    const json = {
      message: {
        subject: "All",
        toRecipients: [...to(ADA), ...to("mary@royalsociety.example")],
        ccRecipients: to("luigi@torino.example"),
      },
    };
    await graph.send("POST", "/me/sendMail", { json });
    const { id } = await received();
    const draft = await graph.send("POST", `/me/messages/${id}/createReplyAll`);
    expect([draft.status, draft.body["isDraft"]]).toEqual([201, true]);
    expect(sentTo({ ...draft.body, id: "" }, "ccRecipients")).toEqual(["luigi@torino.example"]);
    expect(sentTo({ ...draft.body, id: "" }, "toRecipients")).toEqual([
      ADA,
      "mary@royalsociety.example",
    ]);
  });

  it("is forwarded with its attachments to those who are named", async () => {
    const { body } = await graph.get("/me/messages?$filter=hasAttachments eq true&$top=1");
    const message = body.value?.[0];
    const path = `/me/mailFolders/${String(message?.["parentFolderId"])}/messages/${message?.id}`;
    expect(codeOf(await graph.send("POST", `${path}/forward`, { json: { comment: "FYI" } }))).toBe(
      "ErrorInvalidRecipients",
    );
    const json = { Comment: "FYI", ToRecipients: to(GRACE) };
    expect((await graph.send("POST", `${path}/microsoft.graph.forward`, { json })).status).toBe(
      202,
    );
    expect(await newest("inbox", grace)).toMatchObject({
      subject: `FW: ${String(message?.["subject"])}`,
      hasAttachments: true,
    });
  });

  it("is not answered with a comment and a body together", async () => {
    const { id } = await received();
    const json = { comment: "A", message: { body: { contentType: "text", content: "B" } } };
    const said = await graph.send("POST", `/me/messages/${id}/reply`, { json });
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidParameter"]);
  });
});
