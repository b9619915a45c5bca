import { describe, expect, it, test } from "vitest";
import { permissionOf, unknownPermission } from "../../../src/graph/permission-of.ts";
import permissions from "../../sandbox/graph/permissions.json" with { type: "json" };

const graph = "https://graph.microsoft.com/v1.0";

const operations = Object.entries<{ work: string[] }>(permissions).map(([operation, { work }]) => {
  const [method = "", path = ""] = operation.split(" ");
  return {
    operation,
    work,
    found: permissionOf(method, `${graph}${path.replaceAll(/[{}]/g, "")}`),
  };
});

describe("the permission that a call needs", () => {
  test.each(operations.filter(({ found }) => found !== unknownPermission))(
    "of $operation is enough by Microsoft's own data: $found",
    ({ work, found }) => {
      expect(work).toContain(found);
    },
  );

  it("is known of a user's mail, calendar, contacts and files, as far as the sandbox serves them", () => {
    const own = / \/me\/(?:messages|mailfolders|calendar|events|contacts|contactfolders|drive)\b/;
    const unknown = operations.filter(({ found }) => found === unknownPermission);
    expect(unknown.map(({ operation }) => operation).filter((one) => own.test(one))).toEqual([
      "GET /me/drive/sharedwithme",
    ]);
  });

  test.each([
    ["GET", `${graph}/me`, "User.Read"],
    ["PATCH", `${graph}/me`, "User.ReadWrite"],
    [
      "GET",
      "https://graph.microsoft.com/beta/Users/ada@contoso.example/Messages?$top=1",
      "Mail.Read",
    ],
    ["POST", `${graph}/me/messages/AAMk/reply`, "Mail.Send"],
    ["POST", `${graph}/me/messages/AAMk/createReply`, "Mail.ReadWrite"],
    ["POST", `${graph}/me/events/AAMk/forward`, "Calendars.ReadWrite"],
    ["HEAD", `${graph}/me/drive/root:/a/b.txt:/content`, "Files.Read"],
    ["GET", "http://localhost:8788/graph/v1.0/me/contacts", "Contacts.Read"],
    ["POST", `${graph}/$batch`, unknownPermission],
    ["POST", `${graph}/subscriptions`, unknownPermission],
    ["GET", `${graph}/me/planner/tasks`, unknownPermission],
    ["GET", `${graph}/groups`, unknownPermission],
    ["GET", "nonsense", unknownPermission],
  ])("of %s %s is %s", (method, url, permission) => {
    expect(permissionOf(method, url)).toBe(permission);
  });
});
