import { describe, expect, test } from "vitest";
import { allKey, front, sessionOf } from "./support/front.ts";
import { connectedUser } from "./support/http.ts";
import { newUser } from "./support/connections.ts";
import { callTool, mcp, toolNames } from "./support/mcp.ts";

describe.each(["modern", "legacy"] as const)("the connection_status of a %s client", (era) => {
  test("says whose account a session works with", async () => {
    const { userId } = await connectedUser();
    const credential = await sessionOf(userId);
    const { structured, text } = await callTool("connection_status", {}, { credential, era });
    expect(structured).toMatchObject({
      status: "active",
      account: "ada@contoso.example",
      scopes: ["connections:read", "graph:read", "arm:read"],
    });
    expect(JSON.parse(text)).toEqual(structured);
  });

  test("is that of the user whom a key names", async () => {
    const { who } = await connectedUser("grace@contoso.example");
    const options = { credential: allKey, query: `?${who}`, era };
    const { structured } = await callTool("connection_status", {}, options);
    expect(structured["account"]).toBe("grace@contoso.example");
  });

  test("says so where nothing is connected, and makes nothing", async () => {
    const credential = await sessionOf(newUser());
    const { structured, isError } = await callTool("connection_status", {}, { credential, era });
    expect([isError, structured["status"]]).toEqual([undefined, "not_connected"]);
  });
});

describe("the endpoint", () => {
  test("refuses a caller without a credential", async () => {
    expect((await mcp("tools/list", {})).status).toBe(401);
    expect((await mcp("tools/list", {}, { credential: "a:b:c" })).status).toBe(401);
  });

  test("names the user that a key leaves out", async () => {
    const answer = await front("/mcp", { method: "POST", credential: allKey, body: {} });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("user_id is required"),
    ]);
  });

  test.each([
    ["?toolsets=mails", "toolsets"],
    ["?readonly=yes", "readonly"],
    ["?label=A", "label"],
    ["?toolset=mail", "toolset"],
  ])("refuses the address %s", async (query, field) => {
    const credential = await sessionOf(newUser());
    const answer = await front(`/mcp${query}`, { method: "POST", credential, body: {} });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ details: expect.objectContaining({ field }) }),
    ]);
  });

  test("refuses a session that names another user", async () => {
    const credential = await sessionOf(newUser());
    const query = `?user_id=${newUser()}`;
    expect((await mcp("tools/list", {}, { credential, query })).status).toBe(403);
  });

  test("takes POST alone", async () => {
    const answer = await front("/mcp", { credential: allKey });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("lists the same tools in the same order each time", async () => {
    const credential = await sessionOf(newUser());
    const [first, second] = [await toolNames({ credential }), await toolNames({ credential })];
    expect(first).toEqual(second);
    expect(first.slice(0, 2)).toEqual(["connection_status", "connection_list"]);
  });
});
