import { beforeAll, describe, expect, test } from "vitest";
import { connected } from "./support/connections.ts";
import { sessionOf } from "./support/front.ts";
import { sandbox } from "./support/sandbox.ts";
import { callTool, toolNames, type McpOptions } from "./support/mcp.ts";

/** The whole of Microsoft's API by three tools, and what keeps an agent within it. */

const reads = ["connections:read", "graph:read", "arm:read"];
const query = "?toolsets=connection,api";

let reader: McpOptions;
let writer: McpOptions;
beforeAll(async () => {
  const { id } = await connected("ada@contoso.example", { scopes: ["Mail.ReadWrite"] });
  const userId = id.slice("user:".length);
  reader = { query, credential: await sessionOf(userId, reads) };
  writer = { query, credential: await sessionOf(userId, [...reads, "graph:write", "arm:write"]) };
});

const json = { "content-type": "application/json" };

const nested = (levels: number): object => {
  let value = {};
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
};

const items = (structured: Record<string, unknown>) =>
  structured["items"] as { method: string; path: string; api_version?: string }[];

describe("api_search", () => {
  test("finds operations of Graph by plain words", async () => {
    const { structured } = await callTool("api_search", { query: "list my mail folders" }, reader);
    expect(items(structured)[0]).toMatchObject({ method: "GET", path: "/me/mailFolders" });
  });

  test("finds types of Azure in the subscription's own providers", async () => {
    const listed = await callTool("arm_list_subscriptions", {}, { ...reader, query: "" });
    const [subscription] = listed.structured["items"] as { subscription_id: string }[];
    const asked = { query: "storage accounts", subscription_id: subscription?.subscription_id };
    const { structured } = await callTool("api_search", asked, reader);
    const [first] = items(structured);
    expect(first?.path).toMatch(/\/providers\/Microsoft\.Storage\/storageAccounts$/);
    const { path, api_version: version = "" } = first ?? { path: "" };
    const call = { service: "azure", path, query: { "api-version": version } };
    const answer = await callTool("api_call", call, reader);
    expect([answer.isError, answer.structured["status"]]).toEqual([undefined, 200]);
    const described = await callTool("api_describe", { service: "azure", path }, reader);
    expect(described.structured["api_versions"]).toContain(version);
  });
});

describe("api_describe", () => {
  test("says which permission is needed, and whether it is granted", async () => {
    const asked = { path: "/me/messages/AAMk123" };
    const { structured } = await callTool("api_describe", asked, reader);
    expect(structured).toMatchObject({
      path: "/me/messages/{message-id}",
      needs_scope: "graph:read",
      permission: expect.stringMatching(/^Mail\.Read/),
      parameters: ["message-id"],
    });
    expect((await callTool("api_describe", { path: "/me" }, reader)).structured).toMatchObject({
      granted: true,
    });
    const send = { method: "POST", path: "/me/sendMail" };
    expect((await callTool("api_describe", send, reader)).structured).toMatchObject({
      permission: "Mail.Send",
      granted: false,
      needs_scope: "graph:write",
    });
  });

  test("says so where no such operation is listed", async () => {
    const { isError, structured } = await callTool("api_describe", { path: "/me/mails" }, reader);
    expect([isError, structured["code"]]).toEqual([true, "not_found"]);
  });
});

describe("api_call", () => {
  test("reads as the person", async () => {
    const asked = { path: "/me", query: { $select: "displayName" } };
    const { structured } = await callTool("api_call", asked, reader);
    expect(structured).toMatchObject({ status: 200, body: { displayName: "Ada Lovelace" } });
  });

  test.each([
    ["/../beta/me"],
    ["/me/%2e%2e/users"],
    ["/me/..%2f..%2fusers"],
    ["//evil.example/me"],
    ["https://evil.example/me"],
    ["/me?$select=id"],
    ["/me#x"],
    ["/me\\..\\users"],
    ["@evil.example/me"],
    ["/me /x"],
    [":99999999/me"],
  ])("stays under the endpoint: %s is refused, and nothing is asked", async (path) => {
    const mark = await sandbox.mark();
    const { isError, structured } = await callTool("api_call", { path }, reader);
    expect([isError, structured["code"], structured["field"]]).toEqual([
      true,
      "invalid_request",
      "path",
    ]);
    expect((await sandbox.requests(mark)).filter(({ url }) => url.includes("graph"))).toEqual([]);
  });

  test("needs a scope of its own to write, and the person's word", async () => {
    const draft = { method: "POST", path: "/me/messages", body: { subject: "By api_call" } };
    const unscoped = await callTool("api_call", { ...draft, confirm: true }, reader);
    expect([unscoped.isError, unscoped.text]).toEqual([
      true,
      expect.stringContaining("graph:write"),
    ]);
    const unasked = await callTool("api_call", draft, writer);
    expect([unasked.isError, unasked.text]).toEqual([
      true,
      expect.stringContaining("POST /me/messages?"),
    ]);
    const done = await callTool("api_call", { ...draft, confirm: true }, writer);
    expect(done.structured).toMatchObject({ status: 201, body: { subject: "By api_call" } });
  });

  test("cannot write where only reading was asked for, a batch included", async () => {
    const capabilities = { elicitation: { form: {} } };
    const options = { ...writer, query: `${query}&readonly=1`, capabilities };
    const mark = await sandbox.mark();
    for (const asked of [
      { method: "POST", path: "/me/messages", body: { subject: "no" } },
      { method: "DELETE", path: "/me/messages/1" },
      { method: "POST", path: "/$batch", body: { requests: [] } },
      { method: "GET", path: "/%24batch" },
    ]) {
      const { isError, text } = await callTool("api_call", asked, options);
      expect([isError, text]).toEqual([true, expect.stringMatching(/^forbidden: .*readonly/)]);
    }
    expect((await sandbox.requests(mark)).filter(({ url }) => url.includes("/v1.0/"))).toEqual([]);
    expect(await toolNames(options)).toContain("api_call");
  });

  test.each<[string, () => Record<string, unknown>]>([
    ["that GET has none of", () => ({ body: { a: 1 } })],
    ["that nests deeper than JSON is written", () => ({ method: "POST", body: nested(3_000) })],
    ["that is no object", () => ({ method: "POST", body: [1] })],
  ])("refuses a body %s, before anybody is asked", async (_, made) => {
    const asked = { path: "/me/messages", ...made() };
    const options = { ...writer, capabilities: { elicitation: { form: {} } } };
    const { isError, structured } = await callTool("api_call", asked, options);
    expect([isError, structured["code"], structured["field"]]).toEqual([
      true,
      "invalid_request",
      "body",
    ]);
  });

  test.each(["/me/../users", "//evil.example/x", "/me\\x", "/me/\n", "x"])(
    "asks nobody about the path %j, which is refused",
    async (path) => {
      const options = { ...writer, capabilities: { elicitation: { form: {} } } };
      const { structured } = await callTool("api_call", { method: "DELETE", path }, options);
      expect(structured).toMatchObject({ code: "invalid_request", field: "path" });
    },
  );

  test("shows the person the path as it is sent, and what is sent", async () => {
    const asked = {
      method: "DELETE",
      path: "/me/messages/\u202eabcé%2F",
      body: { a: "\u202e\nb" },
    };
    const options = { ...writer, capabilities: { elicitation: { form: {} } } };
    const { inputRequests } = await callTool("api_call", asked, options);
    expect(inputRequests?.["confirm"]?.params["message"]).toBe(
      String.raw`DELETE /me/messages/%E2%80%AEabc%C3%A9%2F? It sends {"a":"\nb"}`,
    );
  });

  const address =
    "https://contoso-my.sharepoint.com/personal/x/_layouts/15/download.aspx?tempauth=v1";
  test.each<[string, object]>([
    ["of an item", { name: "a.txt", "@microsoft.graph.downloadUrl": address }],
    ["of an upload session", { uploadUrl: "https://x.example/secret" }],
    ["of items in a list", { value: [{ "@content.downloadUrl": "https://x.example/secret" }] }],
    ["of a thumbnail", { value: [{ large: { height: 1, url: `${address}&width=1` } }] }],
    [
      "in an answer that is cut",
      { "@microsoft.graph.downloadUrl": address, n: "x".repeat(70_000) },
    ],
  ])("gives no download address %s", async (_, body) => {
    const match = { url: "/me/drive/root" };
    await sandbox.fault({ match, times: 1, respond: { status: 200, headers: json, body } });
    const { isError, text } = await callTool("api_call", { path: "/me/drive/root" }, reader);
    expect([isError, text]).toEqual([undefined, expect.stringContaining("[removed]")]);
    expect(text).not.toMatch(/tempauth|secret/);
  });

  test("names the permission that lacks, with the link that asks for it", async () => {
    const asked = { path: "/me/contacts" };
    const { isError, structured } = await callTool("api_call", asked, reader);
    expect([isError, structured]).toEqual([
      true,
      expect.objectContaining({
        code: "forbidden",
        remedy: expect.objectContaining({ action: "consent", scopes: ["Contacts.Read"] }),
      }),
    ]);
  });

  test("cuts what is too long for a conversation, and says so", async () => {
    const asked = { path: "/me/messages", query: { $top: "250" } };
    const { structured, text } = await callTool("api_call", asked, reader);
    expect(structured["truncated"]).toBe(true);
    expect(text.length).toBeLessThan(80_000);
  });

  test("needs an api-version of Azure", async () => {
    const asked = { service: "azure", path: "/subscriptions" };
    const { structured } = await callTool("api_call", asked, reader);
    expect(structured).toMatchObject({ code: "invalid_request", field: "query" });
  });
});
