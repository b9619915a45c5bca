import { beforeAll, describe, expect, it } from "vitest";
import { createWorld } from "../sandbox/create-world.ts";
import { createGraph } from "../sandbox/graph/index.ts";
import { problemsOf, refusalsOf } from "../support/graph-schema.ts";

/** Every answer of these is checked: its body, or each entry of its `value`, against the schema. */
const answers: readonly [type: string, method: string, path: string, json?: unknown][] = [
  ["user", "GET", "/me"],
  ["user", "GET", "/users"],
  ["user", "GET", "/users/grace@contoso.example"],
  ["user", "GET", "/users/delta"],
  [
    "user",
    "GET",
    "/me?$select=accountEnabled,companyName,createdDateTime,department,mailNickname,userType,usageLocation",
  ],
  [
    "user",
    "GET",
    "/me?$select=city,country,employeeId,employeeHireDate,identities,assignedLicenses,onPremisesSyncEnabled,otherMails,proxyAddresses,state",
  ],
  ["message", "GET", "/me/messages?$top=250"],
  ["message", "GET", "/me/mailFolders/sentitems/messages"],
  ["message", "GET", "/me/mailFolders/inbox/messages/delta"],
  [
    "message",
    "POST",
    "/me/messages",
    { subject: "Draft", toRecipients: [{ emailAddress: { address: "a@b.example" } }] },
  ],
  ["mailFolder", "GET", "/me/mailFolders"],
  ["mailFolder", "GET", "/me/mailFolders/inbox"],
  [
    "messageRule",
    "POST",
    "/me/mailFolders/inbox/messageRules",
    {
      displayName: "Rule",
      sequence: 1,
      conditions: { subjectContains: ["tea"], fromAddresses: [] },
      actions: { markAsRead: true },
    },
  ],
  ["messageRule", "GET", "/me/mailFolders/inbox/messageRules"],
  ["outlookCategory", "GET", "/me/outlook/masterCategories"],
  ["mailboxSettings", "GET", "/me/mailboxSettings"],
  ["message", "GET", "/me/messages?$select=internetMessageHeaders,uniqueBody"],
  [
    "contact",
    "POST",
    "/me/contacts",
    { givenName: "Pavel", birthday: "1974-07-22T00:00:00Z", homeAddress: { city: "Prague" } },
  ],
  ["contact", "GET", "/me/contacts/delta"],
  ["calendar", "GET", "/me/calendars"],
  ["calendar", "GET", "/me/calendar"],
  ["user", "GET", "/me/directReports"],
  ["group", "GET", "/groups"],
  ["group", "GET", "/me/memberOf"],
  ["profilePhoto", "GET", "/me/photo"],
  ["presence", "GET", "/me/presence"],
  ["todoTaskList", "GET", "/me/todo/lists"],
  ["drive", "GET", "/me/drives"],
  ["driveItem", "GET", "/me/drive/recent"],
  ["contact", "GET", "/me/contacts?$top=100"],
  ["contact", "GET", "/me/contactFolders/contacts/contacts"],
  ["contactFolder", "GET", "/me/contactFolders"],
  ["event", "GET", "/me/events"],
  ["event", "GET", "/me/calendarView?startDateTime=2026-01-01&endDateTime=2026-12-31&$top=100"],
  ["event", "GET", "/me/calendarView/delta?startDateTime=2026-01-01&endDateTime=2026-02-01"],
  [
    "event",
    "POST",
    "/me/events",
    {
      subject: "New",
      start: { dateTime: "2026-12-01T10:00:00", timeZone: "UTC" },
      end: { dateTime: "2026-12-01T11:00:00", timeZone: "UTC" },
      attendees: [{ emailAddress: { address: "a@b.example" } }],
      isOnlineMeeting: true,
    },
  ],
  ["drive", "GET", "/me/drive"],
  ["driveItem", "GET", "/me/drive/root"],
  ["driveItem", "GET", "/me/drive/root/children"],
  ["driveItem", "GET", "/me/drive/root:/Documents/Notes.txt"],
  ["driveItem", "GET", "/me/drive/root/delta"],
  ["driveItem", "POST", "/me/drive/root/children", { name: "Folder", folder: {} }],
  [
    "subscription",
    "POST",
    "/subscriptions",
    {
      changeType: "created",
      resource: "me/messages",
      notificationUrl: "https://worker.example/notifications",
      lifecycleNotificationUrl: "https://worker.example/notifications",
      expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
      clientState: "secret",
    },
  ],
  ["subscription", "GET", "/subscriptions"],
];

/** An endpoint of notifications that is asked whether it is one. */
const endpoint = (url: unknown): Promise<Response> =>
  Promise.resolve(new Response(new URL(String(url)).searchParams.get("validationToken")));

describe("Graph's answers against Microsoft's metadata", () => {
  const world = createWorld({ outbound: endpoint });
  const graph = createGraph(world);
  let authorization: string;

  beforeAll(async () => {
    const { token } = await world.issueAccessToken({
      audience: "graph",
      user: "ada@contoso.example",
      scopes: [
        "User.Read",
        "User.Read.All",
        "Group.Read.All",
        "Presence.Read",
        "Mail.Read",
        "Mail.ReadWrite",
        "MailboxSettings.Read",
        "MailboxSettings.ReadWrite",
        "Contacts.Read",
        "Contacts.ReadWrite",
        "Calendars.Read",
        "Calendars.ReadWrite",
        "Files.ReadWrite",
        "Tasks.ReadWrite",
      ],
    });
    authorization = `Bearer ${token}`;
  });

  async function ask(method: string, path: string, json?: unknown) {
    const headers = { authorization, "content-type": "application/json" };
    const init = { method, headers, ...(json !== undefined && { body: JSON.stringify(json) }) };
    return graph.request(`/v1.0${path}`, init, { base: "https://graph.microsoft.com" });
  }

  it.each(answers)("%s: %s %s", async (type, method, path, json) => {
    const response = await ask(method, path, json);
    expect(response.ok).toBe(true);
    const body = (await response.json()) as { value?: unknown[] };
    const entities = body.value ?? [body];
    expect(entities.length).toBeGreaterThan(0);
    expect(problemsOf(type, entities)).toEqual([]);
  });

  it("fileAttachment: what $expand brings with a message", async () => {
    const response = await ask("GET", "/me/messages?$top=50&$expand=attachments");
    const { value } = (await response.json()) as { value: { attachments: unknown[] }[] };
    const attachments = value.flatMap((message) => message.attachments);
    expect(attachments.length).toBeGreaterThan(0);
    expect(problemsOf("fileAttachment", attachments)).toEqual([]);
  });

  it("would notice an answer that is not what the metadata say", () => {
    const message = { id: 7, importance: "urgent", colour: "red", body: { content: "", tone: "" } };
    expect(problemsOf("message", [message]).toSorted()).toEqual([
      "/body/tone is unknown",
      "/colour is unknown",
      "/id must be string",
      expect.stringContaining("/importance must"),
      expect.stringContaining("/importance must"),
      expect.stringContaining("/importance must"),
    ]);
  });

  it.each([
    ["/me/messages/x", 400],
    ["/users/nobody", 404],
    ["/me/drive/items/none", 404],
    ["/nowhere", 400],
  ])("error: GET %s", async (path, status) => {
    const response = await ask("GET", path);
    expect(response.status).toBe(status);
    expect(refusalsOf("error", await response.json())).toEqual([]);
  });
});
