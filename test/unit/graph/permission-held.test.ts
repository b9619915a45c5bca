import { describe, expect, test } from "vitest";
import { isPermissionHeld } from "../../../src/graph/permission-held.ts";

describe("a permission of Graph is held", () => {
  test.each([
    ["by itself", ["Mail.Read"], "Mail.Read"],
    ["in any case", ["mail.read"], "Mail.Read"],
    ["by its full name", ["https://graph.microsoft.com/Mail.Read"], "Mail.Read"],
    ["by its full name in another cloud", ["https://graph.microsoft.us/Mail.Read"], "Mail.Read"],
    ["by one that writes as well", ["Mail.ReadWrite"], "Mail.Read"],
    ["where less is enough", ["Mail.Read"], "Mail.ReadBasic"],
    ["by one for everybody's", ["Files.ReadWrite.All"], "Files.Read"],
    ["by one for shared ones", ["Calendars.Read.Shared"], "Calendars.Read"],
    ["by one of many", ["openid", "User.Read", "Files.Read.All"], "Files.Read.All"],
    ["when it is of no known form", ["Mail.Send"], "Mail.Send"],
  ])("%s", (_, granted, needed) => {
    expect(isPermissionHeld(granted, needed)).toBe(true);
  });

  test.each([
    ["by none", [], "Mail.Read"],
    ["by one that only reads", ["Mail.Read"], "Mail.ReadWrite"],
    ["by one that sees less", ["Mail.ReadBasic"], "Mail.Read"],
    ["by one for one's own", ["Files.ReadWrite"], "Files.Read.All"],
    ["by one for shared ones where everybody's are meant", ["Mail.Read.Shared"], "Mail.Read.All"],
    ["by one for everybody's where shared ones are meant", ["Mail.Read.All"], "Mail.Read.Shared"],
    ["by one of another area", ["MailboxSettings.ReadWrite"], "Mail.Read"],
    ["by writing where sending is meant", ["Mail.ReadWrite"], "Mail.Send"],
    ["by one of another service", ["https://storage.azure.com/Mail.Read"], "Mail.Read"],
    ["by a name that only begins alike", ["Mail.ReadWriteX"], "Mail.Read"],
  ])("not %s", (_, granted, needed) => {
    expect(isPermissionHeld(granted, needed)).toBe(false);
  });
});
