import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness, GRACE, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

const INBOX = "/me/mailFolders/inbox/messages/delta";
const WINDOW = "startDateTime=2026-11-01&endDateTime=2026-12-01";
const ADAS_ID = "aaaaaaaa-2222-4000-8000-000000000001";
const GRACES_ID = "aaaaaaaa-2222-4000-8000-000000000002";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});
beforeEach(() => graph.world.reset());

const daysAgo = (days: number) => new Date(graph.world.now() - days * 86_400_000).toISOString();

describe("A delta query of users", () => {
  it.each([
    "$filter=displayName eq 'Ada Lovelace'",
    "$filter=startswith(displayName,'A')",
    "$filter=id ne 'x'",
    "$filter=id eq 'x' and id eq 'y'",
    "$filter=not (id eq 'x')",
    "$filter=id in ('x','y')",
    "$filter=id eq 'x' or accountEnabled eq true",
    "$orderby=displayName",
    '$search="displayName:ada"',
    "$expand=extensions",
    "$count=true",
    "$skip=1",
    `$filter=${Array.from({ length: 51 }, (_, n) => `id eq '${n}'`).join(" or ")}`,
  ])("refuses %s", async (query) => {
    const said = await graph.get(`/users/delta?${query}`);
    expect([said.status, codeOf(said)]).toEqual([400, "Request_UnsupportedQuery"]);
  });

  it("follows users by their ids", async () => {
    const filter = `id eq '${ADAS_ID}' or (ID eq '${GRACES_ID.toUpperCase()}')`;
    const first = await graph.get(`/users/delta?$filter=${filter}&$select=displayName`);
    expect(namesOf(first.body, "displayName")).toEqual(["Ada Lovelace", "Grace Hopper"]);
    const token = await graph.tokenOf(ADA, ["User.ReadWrite.All", "User.Read.All"]);
    const patch = (user: string, jobTitle: string) =>
      graph.send("PATCH", `/users/${user}`, { json: { jobTitle }, token });
    await patch("aaaaaaaa-2222-4000-8000-000000000003", "Guest");
    await patch(GRACE, "Admiral");
    const next = await graph.get(first.body["@odata.deltaLink"] ?? "");
    expect(namesOf(next.body, "id")).toEqual([GRACES_ID]);
    await graph.send("DELETE", `/users/${GRACE}`);
    const last = await graph.get(next.body["@odata.deltaLink"] ?? "");
    expect(last.body.value).toEqual([{ id: GRACES_ID, "@removed": { reason: "changed" } }]);
  });

  it("has pages of its own size, whatever $top says", async () => {
    const { body } = await graph.get("/users/delta?$top=1");
    expect(body.value).toHaveLength(3);
  });
});

describe("A delta query of messages", () => {
  it.each([
    '$search="engine"',
    "$filter=isRead eq false",
    "$filter=subject eq 'x'",
    "$filter=receivedDateTime lt 2026-01-01",
    "$filter=receivedDateTime eq 2026-01-01",
    "$filter=receivedDateTime ge 2026-01-01 and isRead eq true",
    "$filter=receivedDateTime ge 2026-01-01 and receivedDateTime lt 2027-01-01",
    "$filter=not (receivedDateTime ge 2026-01-01)",
    "$filter=sentDateTime ge 2026-01-01",
    "$orderby=receivedDateTime",
    "$orderby=receivedDateTime desc,subject",
    "$orderby=subject desc",
    "$count=true",
    "$skip=1",
    "changeType=moved",
  ])("refuses %s", async (query) => {
    const said = await graph.get(`${INBOX}?${query}`);
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidUrlQuery"]);
  });

  it("begins with those received since a moment, and goes on with them", async () => {
    const since = daysAgo(2);
    const pages = await graph.pages(
      `${INBOX}?$Filter=ReceivedDateTime+ge+${since}&$select=receivedDateTime`,
    );
    const times = pages.flatMap((page) => namesOf(page, "receivedDateTime") ?? []).map(String);
    expect(times.length).toBeGreaterThan(5);
    expect(times.every((time) => Date.parse(time) >= Date.parse(since))).toBe(true);
    const all = (await graph.get("/me/mailFolders/inbox/messages?$top=1000&$select=id")).body.value;
    const old = all?.at(-1)?.id ?? "";
    const young = all?.[0]?.id ?? "";
    for (const id of [old, young])
      await graph.send("PATCH", `/me/messages/${id}`, { json: { categories: ["seen"] } });
    const next = await graph.get(pages.at(-1)?.["@odata.deltaLink"] ?? "");
    expect(namesOf(next.body, "id")).toEqual([young]);
  });

  it("comes newest first when asked, page after page", async () => {
    await graph.send("POST", "/me/sendMail", {
      json: {
        message: { subject: "Just now", toRecipients: [{ emailAddress: { address: ADA } }] },
      },
    });
    const pages = await graph.pages(
      `${INBOX}?$orderby=receivedDateTime desc&$select=receivedDateTime,subject`,
      {
        headers: { prefer: "odata.maxpagesize=60" },
      },
    );
    const messages = pages.flatMap(({ value }) => value ?? []);
    expect(messages).toHaveLength(201);
    expect(messages[0]?.["subject"]).toBe("Just now");
    const times = messages.map(({ receivedDateTime }) => String(receivedDateTime));
    expect(times).toEqual([...times].sort().toReversed());
  });

  it.each([
    ["created", ["created"]],
    ["Updated", ["updated"]],
    ["deleted", ["deleted"]],
  ])("with changeType=%s tells of those changes alone", async (changeType, expected) => {
    const pages = await graph.pages(`${INBOX}?changeType=${changeType}&$select=subject`, {
      headers: { prefer: "odata.maxpagesize=1000" },
    });
    expect(pages.flatMap(({ value }) => value ?? [])).toHaveLength(
      changeType === "created" ? 200 : 0,
    );
    const list = await graph.get("/me/mailFolders/inbox/messages?$top=2&$select=id");
    const [kept = "", gone = ""] = namesOf(list.body, "id")?.map(String) ?? [];
    await graph.send("PATCH", `/me/messages/${kept}`, { json: { importance: "high" } });
    await graph.send("DELETE", `/me/messages/${gone}`);
    await graph.send("POST", "/me/sendMail", {
      json: { message: { subject: "New", toRecipients: [{ emailAddress: { address: ADA } }] } },
    });
    const next = await graph.get(pages.at(-1)?.["@odata.deltaLink"] ?? "");
    const told = next.body.value?.map((item) =>
      "@removed" in item ? "deleted" : item.id === kept ? "updated" : "created",
    );
    expect(told).toEqual(expected);
  });
});

describe("A delta query of a calendar view", () => {
  it.each([
    "$select=subject",
    "$filter=isAllDay eq true",
    "$orderby=subject",
    '$search="x"',
    "$expand=attachments",
  ])("refuses %s", async (query) => {
    const said = await graph.get(`/me/calendarView/delta?${WINDOW}&${query}`);
    expect([said.status, codeOf(said), said.body.error?.message]).toEqual([
      400,
      "ErrorInvalidUrlQuery",
      "The following parameters are not supported with change tracking over the 'CalendarView' resource: '$orderby, $filter, $select, $expand, $search'.",
    ]);
  });

  it("has its page size from Prefer, not from $top", async () => {
    const said = await graph.get(`/me/calendarView/delta?${WINDOW}&$top=2`);
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidUrlQuery"]);
    expect(said.body.error?.message).toContain("odata.maxpagesize");
    const headers = { prefer: "odata.maxpagesize=2" };
    const { body } = await graph.get(`/me/calendarView/delta?${WINDOW}`, { headers });
    expect(body.value).toHaveLength(2);
  });
});

describe("A delta query of a drive", () => {
  it.each(["$filter=name eq 'x'", "$orderby=name", '$search="x"', "$count=true", "$skip=1"])(
    "refuses %s",
    async (query) => {
      const said = await graph.get(`/me/drive/root/delta?${query}`);
      expect([said.status, codeOf(said)]).toEqual([400, "invalidRequest"]);
      expect(said.body.error?.message).toMatch(/Query option '\w+' is not allowed/);
    },
  );

  it("selects and pages as asked", async () => {
    const pages = await graph.pages("/me/drive/root/delta?$Select=Name&$top=4");
    expect(pages.map(({ value }) => value?.length)).toEqual([4, 4, 2]);
    const items = pages.flatMap(({ value }) => value ?? []);
    expect(new Set(items.map((item) => Object.keys(item).join()))).toEqual(new Set(["name"]));
  });
});
