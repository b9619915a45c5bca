import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { graphThrottleScope } from "../../../src/graph/throttle-scope.ts";

const graph = "https://graph.microsoft.com";
const scopeOf = (path: string) => graphThrottleScope(`${graph}${path}`);

describe("the throttle scope of a Graph call", () => {
  it.each([
    ["/v1.0/me/messages?$top=5", "graph:mailbox:me"],
    ["/v1.0/me/mailFolders('inbox')/messages", "graph:mailbox:me"],
    ["/beta/me/calendarView/delta", "graph:mailbox:me"],
    ["/v1.0/me/microsoft.graph.sendMail", "graph:mailbox:me"],
    ["/v1.0/me/todo/lists", "graph:mailbox:me"],
    ["/v1.0/me/people", "graph:mailbox:me"],
    ["/v1.0/users/ada@contoso.example/messages", "graph:mailbox:ada@contoso.example"],
    ["/v1.0/users('ada@contoso.example')/events('x')", "graph:mailbox:ada@contoso.example"],
    ["/v1.0/users('o''neil@contoso.example')/events", "graph:mailbox:o'neil@contoso.example"],
    ["/v1.0/groups/4b2f/conversations", "graph:mailbox:4b2f"],
  ])("of %s is the mailbox: %s", (path, scope) => {
    expect(scopeOf(path)).toBe(scope);
  });

  it.each([
    ["/v1.0/me/drive/root:/messages/a.txt:/content", "graph:drive:me"],
    ["/v1.0/me/drives", "graph:drive:me"],
    ["/v1.0/me/drives/b!x1/items/2", "graph:drive:b!x1"],
    ["/v1.0/drive/root", "graph:drive:me"],
    ["/v1.0/drives/b!x1/root/children", "graph:drive:b!x1"],
    ["/beta/drives('b!x1')/root", "graph:drive:b!x1"],
    ["/v1.0/users/grace@contoso.example/drive", "graph:drive:grace@contoso.example"],
    ["/v1.0/groups/4b2f/drive/root", "graph:drive:4b2f"],
    ["/v1.0/sites/c.example,11,22/drive/root", "graph:drive:c.example,11,22"],
    ["/v1.0/sites/c.example,11,22/lists/3/items", "graph:drive:c.example,11,22"],
    ["/v1.0/sites/c.example,11,22/drives/b!x1/root", "graph:drive:b!x1"],
    ["/v1.0/sites/c.example:/teams/x:/drive", "graph:drive:c.example"],
    // A sharing link is a secret: nothing of it is told.
    ["/v1.0/shares/u!aHR0cHM6/driveItem", "graph:drive:shares"],
  ])("of %s is the drive: %s", (path, scope) => {
    expect(scopeOf(path)).toBe(scope);
  });

  it.each([
    "/v1.0/me",
    "/v1.0/me/photo/$value",
    "/v1.0/me/memberOf",
    "/v1.0/users?$top=5",
    "/v1.0/users/delta",
    "/v1.0/users/ada@contoso.example",
    "/v1.0/groups/4b2f/members",
    "/v1.0/groups/delta()",
    "/v1.0/sites?search=x",
    "/v1.0/sites/root",
    "/v1.0/$batch",
    "/v1.0/subscriptions",
    "/v1.0/teams/1/channels",
    "/v1.0/",
    "/",
  ])("of %s is the rest", (path) => {
    expect(scopeOf(path)).toBe("graph");
  });

  it.each([
    "/V1.0/ME/MESSAGES",
    "/beta/me/%6Dessages",
    "/v1.0//me//messages/",
    "/v1.0/me/Messages('AAMk=')/$value",
  ])("of %s does not depend on case, version, encoding or slashes", (path) => {
    expect(scopeOf(path)).toBe("graph:mailbox:me");
  });

  it("of a user's own mailbox and drive is one, by whatever name it is called", () => {
    const isSelf = (user: string) => ["ada@contoso.example", "0a-1b"].includes(user);
    const scopes = [
      "/v1.0/me/messages",
      "/v1.0/users/ADA@contoso.example/messages",
      "/v1.0/users('0A-1B')/messages",
      "/v1.0/users/ada@contoso.example/drive",
      "/v1.0/users/grace@contoso.example/drive",
      "/v1.0/groups/0a-1b/events",
    ].map((path) => graphThrottleScope(new URL(graph + path), isSelf));
    expect(scopes).toEqual([
      "graph:mailbox:me",
      "graph:mailbox:me",
      "graph:mailbox:me",
      "graph:drive:me",
      "graph:drive:grace@contoso.example",
      "graph:mailbox:0a-1b",
    ]);
  });

  it("is found below an endpoint with a path", () => {
    expect(graphThrottleScope("http://localhost:8788/graph/v1.0/me/events")).toBe(
      "graph:mailbox:me",
    );
  });

  it("is short and whole for any path", () => {
    const segment = fc.oneof(
      fc.constantFrom("me", "users", "drives", "sites", "groups", "messages", "drive", "v1.0"),
      fc.string({ unit: "binary", maxLength: 400 }).map(encodeURIComponent),
      fc.string({ maxLength: 400 }).map((text) => text.replaceAll(/[?#]/g, "%E0%A4%A")),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const scope = graphThrottleScope(`${graph}/v1.0/${segments.join("/")}`);
        expect(scope).toMatch(/^graph(?::(?:mailbox|drive):[^]{1,128})?$/);
        expect(scope.isWellFormed()).toBe(true);
      }),
    );
  });
});
