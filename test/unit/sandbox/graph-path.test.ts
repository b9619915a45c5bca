import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { canonicalPath } from "../../sandbox/graph/path.ts";
import { ADA, codeOf, createGraphHarness } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

describe("A path of Graph", () => {
  it.each([
    ["/v1.0/me", "/v1.0/me", "/me"],
    ["/V1.0/ME/", "/v1.0/me", "/me"],
    ["/BETA/Users/ADA@x", "/beta/users/ADA@x", "/users/{id}"],
    ["/v1.0/me/MAILFOLDERS/Inbox/Messages", "/v1.0/me/mailFolders/Inbox/messages", undefined],
    ["/v1.0/users/%24Count", "/v1.0/users/$count", "/users/$count"],
    ["/v1.0/users/delta()", "/v1.0/users/delta", "/users/delta"],
    ["/v1.0/users/microsoft.graph.delta()", "/v1.0/users/delta", "/users/delta"],
    ["/v1.0/me/Microsoft.Graph.SendMail", "/v1.0/me/sendMail", "/me/sendmail"],
    ["/v1.0/users('ada@x')/events", "/v1.0/users/ada@x/events", "/users/{id}/events"],
    ["/v1.0/users(%27o''hara%27)", "/v1.0/users/o'hara", "/users/{id}"],
    ["/v1.0/drives('b!x')/items('01A')", "/v1.0/drives/b!x/items/01A", "/drives/{id}/items/{id}"],
    // A key may look like a name of the service.
    ["/v1.0/users/Events", "/v1.0/users/Events", "/users/{id}"],
    ["/v1.0/me/messages/Delta", "/v1.0/me/messages/delta", "/me/messages/delta"],
    ["/OIDC/UserInfo/", "/oidc/userinfo", "/userinfo"],
    ["/v1.0/me/Unknown", "/v1.0/me/Unknown", "/me/unknown"],
    ["/", "/", "/"],
  ])("%s", (pathname, path, template) => {
    expect(canonicalPath(pathname)).toMatchObject({ path, ...(template && { template }) });
  });

  it.each([
    ["/v1.0/me/Drive/Root/Children", "/v1.0/me/drive/root/children", "/me/drive/root/children"],
    [
      "/v1.0/me/drive/Root:/Content/Children:/Content",
      "/v1.0/me/drive/root:/Content/Children:/content",
      "/me/drive/root:/{id}:/content",
    ],
    ["/v1.0/me/drive/root:/Me/Users", "/v1.0/me/drive/root:/Me/Users", "/me/drive/root:/{id}"],
    [
      "/v1.0/me/drive/items/01A:/Delta/a('b').txt:/createuploadsession",
      "/v1.0/me/drive/items/01A:/Delta/a('b').txt:/createUploadSession",
      "/me/drive/items/{id}:/{id}:/createuploadsession",
    ],
    ["/v1.0/me/drive/root:/", "/v1.0/me/drive/root", "/me/drive/root"],
    ["/v1.0/me/drive/root:/a/b/", "/v1.0/me/drive/root:/a/b", "/me/drive/root:/{id}"],
    ["/v1.0/me/drive/root:/a:", "/v1.0/me/drive/root:/a:", "/me/drive/root:/{id}"],
  ])("keeps file names as they are: %s", (pathname, path, template) => {
    expect(canonicalPath(pathname)).toEqual({ path, template });
  });
});

describe("A request to Graph", () => {
  let graph: GraphHarness;
  beforeAll(async () => {
    graph = await createGraphHarness();
  });
  beforeEach(() => graph.world.reset());

  it.each([
    "/ME",
    "/me/",
    "/Me/Messages/",
    "/me/MailFolders/INBOX/messages",
    "/me/mailfolders('Inbox')/Messages/$Count",
    "/me/mailFolders/inbox/messages/microsoft.graph.delta()",
    "/me/EVENTS",
    "/me/calendarview?StartDateTime=2026-11-01&enddatetime=2026-11-02",
    "/me/CalendarView/Delta?startDateTime=2026-11-01&EndDateTime=2026-11-02",
    "/me/drive/",
    "/me/Drive/ROOT/Children/",
    "/me/drive/root:/documents/",
    "/me/drive/root:/Documents:/Children",
    `/USERS/${ADA}`,
    `/users('${ADA}')/Drive/Root`,
    "/users/Delta",
    "/users/",
  ])("finds %s", async (path) => {
    expect((await graph.get(path)).status).toBe(200);
  });

  it("acts under every spelling of an action", async () => {
    const json = { message: { toRecipients: [{ emailAddress: { address: ADA } }] } };
    for (const action of ["SendMail", "sendmail/", "microsoft.graph.sendMail", "Graph.SendMail"]) {
      expect((await graph.send("POST", `/me/${action}`, { json })).status).toBe(202);
    }
  });

  it("gets links that work as they are", async () => {
    const first = await graph.get("/Me/MESSAGES/?$Top=1&$Select=Subject");
    const next = first.body["@odata.nextLink"] ?? "";
    expect(next).not.toBe("");
    const second = await graph.get(next);
    expect(second.status).toBe(200);
    expect(second.body.value).not.toEqual(first.body.value);
    expect(Object.keys(second.body.value?.[0] ?? {})).toEqual(["@odata.etag", "id", "subject"]);
  });

  it.each([
    ["/me/messages/delta", "Change tracking is not supported against 'microsoft.graph.message'."],
    ["/me/events/Delta", "Change tracking is not supported against 'microsoft.graph.event'."],
    ["/me/calendar/events/delta()", "Change tracking is not supported"],
    ["/me/mailFolders/delta", "Resource not found for the segment 'delta'."],
    ["/drives/$count", "Resource not found for the segment '$count'."],
    ["/me/drive/items/delta", "Resource not found for the segment 'delta'."],
    ["/me/messages/x/extensions", "Resource not found for the segment 'extensions'."],
    ["/me/todo/lists/x/tasks/y/checklistItems", "not found for the segment 'checklistItems'."],
    ["/users('x')/calendarGroups/y/calendars", "not found for the segment 'calendarGroups'."],
    ["/me//messages", "Resource not found for the segment ''."],
  ])("for %s, which is not there, is 400", async (path, message) => {
    const said = await graph.get(path);
    expect([said.status, codeOf(said)]).toEqual([400, "BadRequest"]);
    expect(said.body.error?.message).toContain(message);
  });
});
