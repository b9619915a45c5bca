import { describe, expect, test } from "vitest";
import { permissionsOf } from "../../../src/console/permissions.ts";

const arm = "https://management.azure.com/user_impersonation";
const at = "2026-11-29T08:00:00Z";
const uses = (...names: string[]) => names.map((permission) => ({ permission, first_used_at: at }));

describe("permissions granted against used ones", () => {
  test("a permission that no call needed is unused; what the sign-in itself needs is not", () => {
    const found = permissionsOf({
      scopes: ["openid", "profile", "User.Read", "Mail.Read", "Mail.Send", arm],
      used_permissions: uses("Mail.Read", "arm"),
    });
    expect(found.unused).toEqual(["User.Read", "Mail.Send"]);
    expect(found.smaller).toEqual(["openid", "profile", "Mail.Read", arm]);
    expect(found.sure).toBe(true);
  });

  test("before the first call nothing is said to be unused", () => {
    expect(permissionsOf({ scopes: ["Mail.Read"] }).unused).toEqual([]);
  });

  test("a lesser permission than the granted one is what to ask for", () => {
    const found = permissionsOf({
      scopes: ["Mail.ReadWrite", "https://graph.microsoft.com/Files.Read"],
      used_permissions: uses("Mail.Read", "Files.Read"),
    });
    expect(found.unused).toEqual(["Mail.ReadWrite"]);
    expect(found.smaller).toEqual(["https://graph.microsoft.com/Files.Read", "Mail.Read"]);
  });

  test("a call whose permission is not known is no permission to ask for, and makes unsure", () => {
    const found = permissionsOf({ scopes: ["Mail.Read"], used_permissions: uses("unknown") });
    expect(found).toMatchObject({ unused: ["Mail.Read"], smaller: [], sure: false });
  });

  test("what was asked for and not granted is lacking, however it is written", () => {
    const found = permissionsOf({
      scopes: ["mail.read", arm],
      required_scopes: [
        "openid",
        "offline_access",
        "https://graph.microsoft.com/Mail.Read",
        "Mail.Send",
        arm,
      ],
    });
    expect(found.lacking).toEqual(["Mail.Send"]);
  });

  test("of a tenant its roles are what was granted", () => {
    const found = permissionsOf({
      scopes: [],
      roles: ["Mail.Read"],
      used_permissions: uses("Mail.Read"),
    });
    expect(found).toMatchObject({ granted: ["Mail.Read"], unused: [] });
  });
});
