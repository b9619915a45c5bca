import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { parseExpand } from "../../sandbox/graph/odata/expand.ts";
import { ADA, codeOf, createGraphHarness, GRACE } from "./graph-harness.ts";
import type { Entity, GraphHarness } from "./graph-harness.ts";

const schema = {
  name: "microsoft.graph.thing",
  properties: { name: "string", "from/address": "string" },
  navigations: { parts: true, owner: false },
} as const;

describe("An $expand", () => {
  it.each([
    ["parts", [{ name: "parts" }]],
    ["PARTS, parts", [{ name: "parts" }, { name: "parts" }]],
    ["parts($select=a,b)", [{ name: "parts", select: "a,b" }]],
    ["parts(select=a;$Expand=parts($select=c;$expand=parts))", [{ name: "parts", select: "a" }]],
    ["", []],
  ])("%s is read", (text, expected) => {
    const parsed = parseExpand(text, schema);
    expect(parsed.ok && parsed.value).toMatchObject(expected);
  });

  it("keeps what is inside its parentheses together", () => {
    expect(
      parseExpand("parts($select=a;$expand=parts($select=b,c;$expand=parts))", schema),
    ).toEqual({
      ok: true,
      value: [{ name: "parts", select: "a", expand: "parts($select=b,c;$expand=parts)" }],
    });
  });

  it.each([
    ["colour", "Could not find a property named 'colour' on type 'microsoft.graph.thing'."],
    ["name", "Property 'name' on type 'microsoft.graph.thing' is not a navigation property"],
    ["*", "Could not find a property named '*'"],
    ["owner", "The sandbox knows no $expand of 'owner'"],
    ["parts,owner", "The sandbox knows no $expand of 'owner'"],
    ["parts($top=1)", "The sandbox knows no '$top=1' inside $expand=parts."],
    ["parts($filter=contains(a,';'))", "The sandbox knows no '$filter=contains(a,';')'"],
    ["parts($levels=max)", "The sandbox knows no '$levels=max'"],
    ["()", "Syntax error"],
  ])("%s is refused", (text, message) => {
    const parsed = parseExpand(text, schema);
    expect(parsed.ok ? "" : parsed.error).toContain(message);
  });

  it("of any text is read or refused, and never forgotten", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."parts,();$=' ow") }), (text) => {
        const parsed = parseExpand(text, schema);
        const asksForNothing = /^[, ]*$/.test(text);
        expect(!parsed.ok || parsed.value.length > 0 || asksForNothing).toBe(true);
      }),
    );
  });
});

describe("$expand in Graph", () => {
  let graph: GraphHarness;
  beforeAll(async () => {
    graph = await createGraphHarness();
  });
  beforeEach(() => graph.world.reset());

  const withFile = async () => {
    const { body } = await graph.get("/me/messages?$filter=hasAttachments eq true&$top=1");
    return body.value?.[0]?.id ?? "";
  };

  it("brings the attachments of a message, of a list and of changes", async () => {
    const one = await graph.get(`/me/messages/${await withFile()}?$expand=attachments&$select=id`);
    const [file] = one.body["attachments"] as Entity[];
    expect(file).toMatchObject({
      "@odata.type": "#microsoft.graph.fileAttachment",
      name: expect.stringMatching(/^figures-\d+\.csv$/),
      contentType: "text/csv",
      isInline: false,
      contentBytes: expect.any(String),
    });
    const list = await graph.get("/me/messages?$expand=Attachments($select=Name)&$top=20");
    expect(list.body.value?.every((message) => Array.isArray(message["attachments"]))).toBe(true);
    const named = list.body.value?.flatMap((message) => message["attachments"] as Entity[]) ?? [];
    expect(named.length).toBeGreaterThan(0);
    for (const { "@odata.type": _type, "@odata.mediaContentType": _media, ...rest } of named)
      expect(Object.keys(rest)).toEqual(["id", "name"]);
    expect(list.body["@odata.nextLink"]).toContain("%24expand=");
    const changes = await graph.get("/me/mailFolders/inbox/messages/delta?$expand=attachments");
    expect(changes.body.value?.every(({ attachments }) => Array.isArray(attachments))).toBe(true);
  });

  it.each([
    ["/me/mailFolders?$expand=childFolders", "childFolders"],
    ["/me/mailFolders/inbox?$expand=CHILDFOLDERS", "childFolders"],
    ["/me/events?$expand=attachments", "attachments"],
    [
      "/me/calendarView?startDateTime=2026-11-01&endDateTime=2026-12-01&$expand=attachments",
      "attachments",
    ],
    ["/me?$expand=extensions&$select=id", "extensions"],
    ["/users?$expand=extensions", "extensions"],
    [`/users/${GRACE}?$expand=extensions`, "extensions"],
    ["/me/drive/root?$expand=thumbnails", "thumbnails"],
    ["/me/drive/root/children?$expand=thumbnails", "thumbnails"],
  ])("brings what there is, if nothing: %s", async (path, name) => {
    const { status, body } = await graph.get(path);
    expect(status).toBe(200);
    for (const entity of body.value ?? [body]) expect(entity[name]).toEqual([]);
  });

  it("brings the children of a folder, with what is asked of them", async () => {
    const { body } = await graph.get(
      "/me/drive/root?$select=name&$expand=children($select=name;$expand=children($select=name))",
    );
    expect(body).toMatchObject({
      name: "root",
      children: [
        { name: "Documents", children: [{ name: "Notes.txt" }, { name: "Reports" }] },
        { name: "Large.bin", children: [] },
        { name: "Pictures", children: [{ name: "Engine.png" }] },
        { name: "Welcome.html", children: [] },
      ],
    });
    const drive = await graph.get("/me/drive?$select=id&$expand=root");
    expect(Object.keys(drive.body)).toEqual(["@odata.context", "id", "root"]);
    expect(drive.body["root"]).toMatchObject({ name: "root" });
  });

  it.each([
    ["/me?$expand=manager", "Request_BadRequest", "$expand of 'manager'"],
    ["/users?$expand=directReports", "Request_BadRequest", "$expand of 'directReports'"],
    [`/users/${ADA}?$expand=memberOf($select=id)`, "Request_BadRequest", "$expand of 'memberOf'"],
    ["/me?$expand=colour", "Request_BadRequest", "named 'colour' on type 'microsoft.graph.user'"],
    ["/me/messages?$expand=event", "BadRequest", "named 'event' on type 'microsoft.graph.message'"],
    ["/me/messages?$expand=subject", "BadRequest", "is not a navigation property"],
    ["/me/messages?$expand=extensions($filter=id eq 'x')", "BadRequest", "$expand of 'extensions'"],
    ["/me/events?$expand=instances", "BadRequest", "$expand of 'instances'"],
    ["/me/mailFolders?$expand=messages", "BadRequest", "$expand of 'messages'"],
    ["/me/drive/root?$expand=permissions", "invalidRequest", "$expand of 'permissions'"],
    ["/me/drive/root/children?$expand=children($top=1)", "invalidRequest", "inside $expand"],
    ["/me/drive/root/delta?$expand=versions", "invalidRequest", "$expand of 'versions'"],
    ["/me/drive?$expand=items", "invalidRequest", "$expand of 'items'"],
  ])("refuses what it does not bring: %s", async (path, code, message) => {
    const said = await graph.get(path);
    expect([said.status, codeOf(said)]).toEqual([400, code]);
    expect(said.body.error?.message).toContain(message);
  });

  it("is no part of an advanced query of the directory", async () => {
    const headers = { consistencylevel: "eventual" };
    const said = await graph.get("/users?$expand=extensions&$count=true", { headers });
    expect([said.status, codeOf(said)]).toEqual([400, "Request_UnsupportedQuery"]);
  });

  it("shows no attachments to Mail.ReadBasic", async () => {
    const token = await graph.tokenOf(ADA, ["Mail.ReadBasic"]);
    const said = await graph.get("/me/messages?$expand=attachments", { token });
    expect([said.status, codeOf(said)]).toEqual([403, "ErrorAccessDenied"]);
  });
});
