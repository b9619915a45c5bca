import { beforeAll, describe, expect, test } from "vitest";
import { connected } from "./support/connections.ts";
import { sessionOf } from "./support/front.ts";
import { sandbox } from "./support/sandbox.ts";
import { callTool, type McpOptions } from "./support/mcp.ts";

/** What Microsoft sends is not checked before: an odd field costs an agent no other, and is no fault of ours. */

let agent: McpOptions;
beforeAll(async () => {
  const { id } = await connected("ada@contoso.example", {
    scopes: ["Mail.ReadWrite", "Calendars.ReadWrite", "User.ReadBasic.All"],
  });
  const credential = await sessionOf(id.slice("user:".length), [
    "connections:read",
    "graph:read",
    "arm:read",
  ]);
  agent = { credential, query: "?toolsets=mail,calendar,files,people,arm,api" };
});

const answers = (url: string, body: unknown) =>
  sandbox.fault({
    match: { url },
    times: 1,
    respond: { status: 200, headers: { "content-type": "application/json" }, body },
  });

const subscription = "11111111-1111-4111-8111-111111111111";
const between = { start: "2026-01-01", end: "2026-12-31", time_zone: "UTC" };
const oddFields = {
  id: 5,
  subject: {},
  from: "x",
  toRecipients: {},
  body: { content: 5 },
  bodyPreview: 7,
  start: { dateTime: 5 },
  end: "x",
  organizer: 5,
  attendees: [null, { emailAddress: 5 }],
  location: 5,
  onlineMeeting: 3,
  folder: 5,
  file: "x",
  displayName: [],
  namespace: 5,
  resourceTypes: [null, {}, { resourceType: 5 }],
};

describe("a list with odd items", () => {
  const odd = [null, 5, "x", [], {}, oddFields];
  test.each<[string, string, Record<string, unknown>]>([
    ["mail_list_messages", "/me/messages", {}],
    ["mail_list_messages", "/me/messages", { query: "x", unread: true, since: "2026-01-01" }],
    ["calendar_list_events", "/me/calendarView", between],
    ["files_list", "/children", {}],
    ["people_search", "/users", { query: "a" }],
    ["arm_list_subscriptions", "/subscriptions", {}],
    ["api_search", "/providers", { query: "a", subscription_id: subscription }],
  ])("is what of it can be read, for %s of %s", async (name, url, args) => {
    await answers(url, { value: odd });
    const { isError, structured } = await callTool(name, args, agent);
    expect([isError, Array.isArray(structured["items"])]).toEqual([undefined, true]);
  });
});

describe("an odd item", () => {
  const group = `/subscriptions/${subscription}/resourceGroups/x`;
  const type = `/subscriptions/${subscription}/providers/Microsoft.X/y`;
  test.each<[string, string, Record<string, unknown>, unknown]>([
    ["mail_get_message", "/me/messages/AAMk", { id: "AAMkabcd" }, oddFields],
    ["files_get", "/root:/x", { path: "x" }, oddFields],
    ["people_me", "/me", {}, oddFields],
    ["arm_get_tags", "/resourceGroups", { id: group }, {}],
    ["arm_get_tags", "/resourceGroups", { id: group }, { properties: { tags: 5 } }],
    ["api_describe", "/providers", { service: "azure", path: type }, oddFields],
    ["api_describe", "/providers", { service: "azure", path: type }, { resourceTypes: {} }],
    [
      "api_describe",
      "/providers",
      { service: "azure", path: type },
      { resourceTypes: [{ resourceType: "y", apiVersions: 5, locations: [null] }] },
    ],
  ])("is no fault of ours for %s of %s", async (name, url, args, item) => {
    await answers(url, item);
    const { text } = await callTool(name, args, agent);
    expect(text).not.toContain("internal_error");
  });
});

describe("a message that is too long for a conversation", () => {
  test("names its first recipients and is cut where it fits, written as JSON", async () => {
    const recipient = (place: number) => ({
      emailAddress: { name: `Person ${place}`, address: `p${place}@contoso.example` },
    });
    const toRecipients = Array.from({ length: 1_500 }, (_, place) => recipient(place));
    const body = { contentType: "text", content: '\u0001"'.repeat(100_000) };
    await answers("/me/messages/AAMk", { id: "1", toRecipients, ccRecipients: toRecipients, body });
    const { structured, text } = await callTool("mail_get_message", { id: "AAMkabcd" }, agent);
    expect(structured).toMatchObject({ id: "1", truncated: true });
    expect([structured["to"], structured["cc"]]).toEqual([
      expect.arrayContaining(["and 1400 others"]),
      expect.arrayContaining(["and 1400 others"]),
    ]);
    expect(text.length).toBeLessThan(61_000);
  });
});
