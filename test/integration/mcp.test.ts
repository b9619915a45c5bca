import { describe, expect, test } from "vitest";
import * as z from "zod";
import { toolsets } from "../../src/contract/toolset.ts";
import { allKey, front, sessionOf } from "./support/front.ts";
import { actorOf, newUser, signIn } from "./support/connections.ts";
import { connectedUser, inEnvironment } from "./support/http.ts";
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

describe("a caller", () => {
  const AUTH = {
    validate: async (token: string) =>
      token.startsWith("theirs-") ? { userId: token.slice("theirs-".length) } : null,
  };
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
  const ask = (token: string) =>
    inEnvironment({ AUTH }, "http://localhost:8787/mcp", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify(list),
    });

  test("may be the host application's own token", async () => {
    const known = await ask(`theirs-${newUser()}`);
    expect([known.status, await known.text()]).toEqual([200, expect.stringContaining("people_me")]);
    expect((await ask("nobody's")).status).toBe(401);
  });

  test("works with the account of a label, and with no other", async () => {
    const userId = newUser();
    await signIn(actorOf(`user:${userId}:work`), "grace@contoso.example");
    const credential = await sessionOf(userId);
    const status = async (query: string) =>
      (await callTool("connection_status", {}, { credential, query })).structured["status"];
    expect(await status("?label=work")).toBe("active");
    expect(await status("")).toBe("not_connected");
  });
});

describe("a page or a name that may not ask", () => {
  const from = (headers: Record<string, string>) =>
    front("/mcp", { method: "POST", credential: allKey, headers, body: {} });

  test("is one of another origin", async () => {
    const answer = await from({ origin: "https://evil.example" });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });

  test("is not one that is listed, whose preflight names the protocol's headers", async () => {
    const origin = "https://app.example";
    expect((await from({ origin })).status).toBe(400);
    const preflight = await front("/mcp", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "mcp-method,mcp-name,mcp-protocol-version",
      },
    });
    expect(preflight.headers.get("access-control-allow-headers")).toMatch(
      /mcp-method,mcp-name,mcp-protocol-version/,
    );
  });

  test("is a name that was pointed at this machine", async () => {
    const answer = await from({ host: "evil.example" });
    expect(answer.status).toBe(403);
  });
});

describe("a batch of a client of 2025", () => {
  const message = { jsonrpc: "2.0", id: 1, method: "ping" };
  /** Sends so many messages at once to a Worker that admits so many. */
  async function batched(count: number, admitted: number) {
    let left = admitted;
    const RATE_LIMIT = { limit: async () => ({ success: left-- > 0 }) };
    const answer = await inEnvironment({ RATE_LIMIT }, "http://localhost:8787/mcp", {
      method: "POST",
      headers: {
        authorization: `Bearer ${await sessionOf(newUser())}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
      },
      body: JSON.stringify(Array.from({ length: count }, () => message)),
    });
    await answer.text();
    return { status: answer.status, counted: admitted - left };
  }

  test.each([
    ["is answered, each message counted as a request would be", 3, 3, 200, 3],
    ["is refused where that is more than may be sent", 3, 2, 429, 3],
    ["is refused when it is longer than any client sends", 51, 99, 400, 1],
  ])("%s", async (_, count, admitted, status, counted) => {
    expect(await batched(count, admitted)).toEqual({ status, counted });
  });
});

describe("the endpoint", () => {
  test("refuses a message of more than 4 MiB", async () => {
    const credential = await sessionOf(newUser());
    const answer = await mcp("ping", { x: "x".repeat(4 * 1024 * 1024) }, { credential });
    expect(answer.status).toBe(413);
  });

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

  test("refuses a call whose header names another tool than its body, or none of ours", async () => {
    const credential = await sessionOf(newUser());
    const call = (name: string, header: string) =>
      mcp("tools/call", { name, arguments: {} }, { credential, headers: { "mcp-name": header } });
    const denied = await call("connection_list", "connection_status");
    expect([denied.status, denied.error]).toEqual([400, expect.objectContaining({})]);
    const unknown = await call("connection_lists", "connection_lists");
    expect(unknown.error).toMatchObject({ message: expect.stringContaining("connection_lists") });
    const called = await call("connection_list", "connection_list");
    expect([called.status, called.error]).toEqual([200, undefined]);
  });

  test("lists all tools to a client of before, whatever headers it sends", async () => {
    const credential = await sessionOf(newUser());
    const names = await toolNames({ credential, era: "legacy" });
    const headers = { "mcp-method": "tools/list", "mcp-name": "people_me" };
    expect(await toolNames({ credential, era: "legacy", headers })).toEqual(names);
  });

  test("lists the same tools in the same order each time", async () => {
    const credential = await sessionOf(newUser());
    const [first, second] = [await toolNames({ credential }), await toolNames({ credential })];
    expect(first).toEqual(second);
    expect(first.slice(0, 2)).toEqual(["connection_status", "connection_list"]);
  });
});

test("GET /mcp/tools says of each tool what its entry in the list costs", async () => {
  const credential = allKey;
  const query = `?user_id=${crypto.randomUUID()}&toolsets=${toolsets.join(",")}`;
  const { result } = await mcp("tools/list", {}, { credential, query });
  const listed = z.array(z.looseObject({ name: z.string() })).parse(result["tools"]);
  const response = await front("/mcp/tools", { credential });
  const size = z.object({ name: z.string(), toolset: z.string(), characters: z.int() });
  const { data } = z.object({ data: z.array(size) }).parse(await response.json());
  expect(data.map(({ name, characters }) => [name, characters])).toEqual(
    listed.map((entry) => [entry.name, JSON.stringify(entry).length]),
  );
  expect((await front("/mcp/tools", {})).status).toBe(401);
});
