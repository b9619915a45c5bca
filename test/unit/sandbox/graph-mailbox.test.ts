import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codeOf, createGraphHarness, GRACE } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
let token: string;
beforeAll(async () => {
  graph = await createGraphHarness();
  token = await graph.tokenOf("ada@contoso.example", [
    "MailboxSettings.Read",
    "MailboxSettings.ReadWrite",
    "Mail.ReadWrite",
    "Mail.Read",
    "Mail.Send",
  ]);
});
beforeEach(() => {
  graph.world.reset();
  graph.world.settings.mailbox_latency_ms = 0;
});

const send = (method: string, path: string, json?: unknown) =>
  graph.send(method, path, { token, ...(json === undefined ? {} : { json }) });

describe("Rules of the inbox", () => {
  const rules = "/me/mailFolders/inbox/messageRules";
  const rule = {
    displayName: "Invoices",
    sequence: 1,
    conditions: { subjectContains: ["invoice"] },
  };
  const mail = async (subject: string) => {
    const grace = await graph.tokenOf(GRACE, ["Mail.Send"]);
    const json = {
      message: { subject, toRecipients: [{ emailAddress: { address: "ada@contoso.example" } }] },
    };
    expect((await graph.send("POST", "/me/sendMail", { token: grace, json })).status).toBe(202);
  };
  const newest = async (folder: string) =>
    (await graph.get(`/me/mailFolders/${folder}/messages?$top=1`)).body.value?.[0];

  it("are obeyed when a message arrives, and no longer once they are off", async () => {
    const made = await send("POST", rules, {
      ...rule,
      actions: { moveToFolder: "archive", markAsRead: true, assignCategories: ["Money"] },
    });
    expect([made.status, made.body["isEnabled"]]).toEqual([201, true]);
    await mail("Your INVOICE");
    const moved = { subject: "Your INVOICE", isRead: true, categories: ["Money"] };
    expect(await newest("archive")).toMatchObject(moved);
    expect(await newest("inbox")).not.toMatchObject({ subject: "Your INVOICE" });
    const path = `${rules}/${String(made.body["id"])}`;
    expect((await send("PATCH", path, { isEnabled: false })).body).toMatchObject({
      displayName: "Invoices",
      isEnabled: false,
    });
    await mail("Another invoice");
    expect(await newest("inbox")).toMatchObject({ subject: "Another invoice", isRead: false });
    expect((await send("DELETE", path)).status).toBe(204);
    expect((await send("GET", rules)).body.value).toEqual([]);
  });

  it("run in their sequence, until one stops them or its exception holds", async () => {
    const actions = { assignCategories: ["Second"] };
    await send("POST", rules, { ...rule, sequence: 2, actions });
    await send("POST", rules, {
      ...rule,
      sequence: 1,
      exceptions: { fromAddresses: [{ emailAddress: { address: GRACE } }] },
      actions: { permanentDelete: true },
    });
    await mail("invoice");
    expect(await newest("inbox")).toMatchObject({ subject: "invoice", categories: ["Second"] });
    await send("POST", rules, { ...rule, sequence: 1, actions: { stopProcessingRules: true } });
    await mail("invoice again");
    expect(await newest("inbox")).toMatchObject({ subject: "invoice again", categories: [] });
  });

  it.each([
    [rules, { ...rule, actions: {} }, "ErrorInvalidArgument"],
    [rules, { ...rule, actions: { moveToFolder: "nowhere" } }, "ErrorInvalidIdMalformed"],
    [rules, { ...rule, actions: { forwardTo: [] } }, "RequestBodyRead"],
    [rules, { ...rule, conditions: { colour: "red" }, actions: {} }, "RequestBodyRead"],
    [
      "/me/mailFolders/archive/messageRules",
      { ...rule, actions: { delete: true } },
      "ErrorInvalidRequest",
    ],
  ])("are refused where they mean nothing: %s %j", async (path, json, code) => {
    const said = await send("POST", path, json);
    expect([said.status, codeOf(said)]).toEqual([400, code]);
    expect((await send("GET", rules)).body.value).toEqual([]);
  });
});

describe("The settings of a mailbox", () => {
  it("are changed in parts and read one by one", async () => {
    const said = await send("PATCH", "/me/mailboxSettings", {
      timeZone: "W. Europe Standard Time",
      automaticRepliesSetting: { status: "alwaysEnabled" },
    });
    expect(said.body).toMatchObject({
      timeZone: "W. Europe Standard Time",
      automaticRepliesSetting: { status: "alwaysEnabled", externalAudience: "all" },
    });
    const zone = await send("GET", "/me/mailboxSettings/timezone");
    expect(zone.body["value"]).toBe("W. Europe Standard Time");
    const hours = await send("GET", "/me/mailboxSettings/workingHours");
    expect(hours.body).toMatchObject({ startTime: "08:00:00.0000000", timeZone: { name: "UTC" } });
  });

  it.each([
    { timeZone: "Mars" },
    { workingHours: { daysOfWeek: ["someday"] } },
    { archiveFolder: "elsewhere" },
  ])("are not made wrong: %j", async (json) => {
    expect((await send("PATCH", "/me/mailboxSettings", json)).status).toBe(400);
    expect((await send("GET", "/me/mailboxSettings")).body["timeZone"]).toBe("UTC");
  });
});

describe("The categories of a mailbox", () => {
  const path = "/me/outlook/masterCategories";

  it("are made, recoloured and deleted, each name once", async () => {
    expect((await send("GET", path)).body.value).toHaveLength(6);
    const made = await send("POST", path, { displayName: "Money", color: "preset9" });
    expect(made.status).toBe(201);
    const again = await send("POST", path, { displayName: "money" });
    expect([again.status, codeOf(again)]).toEqual([409, "ErrorCategoryNameExists"]);
    const one = `${path}/${String(made.body["id"])}`;
    expect((await send("PATCH", one, { color: "none" })).body["color"]).toBe("none");
    expect((await send("PATCH", one, { displayName: "Other" })).status).toBe(400);
    expect((await send("DELETE", one)).status).toBe(204);
    expect((await send("GET", one)).status).toBe(404);
  });
});
