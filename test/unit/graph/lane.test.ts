import { describe, expect, it } from "vitest";
import { laneOf } from "../../../src/graph/lane.ts";

const graph = "https://graph.microsoft.com";

describe("laneOf", () => {
  it.each([
    `${graph}/v1.0/me/messages?$top=5`,
    `${graph}/v1.0/me/messages/AAMk=/attachments`,
    `${graph}/beta/me/mailFolders/inbox/messages`,
    `${graph}/v1.0/me/events`,
    `${graph}/v1.0/me/calendar`,
    `${graph}/v1.0/me/calendar/calendarView?startDateTime=a`,
    `${graph}/v1.0/me/calendarView/delta`,
    `${graph}/v1.0/me/calendars/x/events`,
    `${graph}/v1.0/me/contacts`,
    `${graph}/v1.0/me/sendMail`,
    `${graph}/v1.0/me/microsoft.graph.sendMail`,
    `${graph}/v1.0/users/ada@contoso.example/messages`,
    `${graph}/v1.0/users('ada')/messages('x')`,
    `${graph}/v1.0/groups/x/events`,
    `${graph}/v1.0/me/people`,
    `${graph}/V1.0/ME/Messages`,
    `${graph}/v1.0/me/%6Dessages`,
    "http://localhost:8788/graph/v1.0/me/messages",
  ])("sends %s through the mailbox lane", (url) => {
    expect([laneOf(url, "GET"), laneOf(new URL(url), "POST")]).toEqual(["mailbox", "mailbox"]);
  });

  it.each([
    `${graph}/v1.0/me`,
    `${graph}/v1.0/me/`,
    `${graph}/v1.0/users`,
    `${graph}/v1.0/users/ada@contoso.example`,
    `${graph}/v1.0/users/messages`,
    `${graph}/v1.0/me/drive/root:/messages:/children`,
    `${graph}/v1.0/me/photo/$value`,
    `${graph}/v1.0/groups/x`,
    `${graph}/v1.0/$batch`,
    `${graph}/me/messages`,
    `${graph}/v1.0/%E0%A4%A/messages`,
    "not a url",
  ])("lets %s go by itself", (url) => {
    expect(laneOf(url, "GET")).toBe(undefined);
  });

  it("lets a preflight go by itself", () => {
    expect(laneOf(`${graph}/v1.0/me/messages`, "options")).toBe(undefined);
  });
});
