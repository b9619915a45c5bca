import { env } from "cloudflare:workers";
import { createExecutionContext } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { actorOf, connected, newUser, signIn } from "./support/connections.ts";
import { sessionOf } from "./support/front.ts";
import { callTool, type McpOptions, type ToolResult } from "./support/mcp.ts";

/** What is put to the person: by a form or a link where the client can show one, else by words. */

const scopes = ["connections:read", "graph:read", "arm:read", "graph:write"];
const forms = { elicitation: { form: {} } };
const links = { elicitation: { form: {}, url: {} } };

let asAgent: McpOptions;
let userId: string;
beforeAll(async () => {
  const permissions = ["Mail.ReadWrite", "Mail.Send"];
  const { id } = await connected("ada@contoso.example", { scopes: permissions });
  userId = id.slice("user:".length);
  asAgent = { credential: await sessionOf(userId, scopes) };
});

async function draft(subject: string): Promise<string> {
  const written = { to: ["grace@contoso.example"], subject, body: "Hello" };
  const { structured, isError, text } = await callTool("mail_create_draft", written, asAgent);
  if (isError) throw new Error(text);
  return String(structured["id"]);
}

const accepted = (content: Record<string, unknown>) => ({ action: "accept", content });
/** The call again, with what the person answered. */
const again = (
  name: string,
  args: Record<string, unknown>,
  { requestState }: ToolResult,
  inputResponses: Record<string, unknown>,
): Promise<ToolResult> =>
  callTool(name, args, {
    ...asAgent,
    capabilities: forms,
    more: { inputResponses, ...(requestState !== undefined && { requestState }) },
  });

async function isSent(subject: string): Promise<boolean> {
  const asked = { folder: "sentitems", subject };
  const { structured } = await callTool("mail_list_messages", asked, asAgent);
  return (structured["items"] as unknown[]).length > 0;
}

describe("sending a draft", () => {
  test("is asked for by a form, and done once the person has agreed", async () => {
    const id = await draft("By form");
    const asked = await callTool("mail_send_draft", { id }, { ...asAgent, capabilities: forms });
    expect(asked.resultType).toBe("input_required");
    expect(asked.inputRequests?.["confirm"]).toMatchObject({
      method: "elicitation/create",
      params: { message: 'Send "By form" to grace@contoso.example?' },
    });
    expect(await isSent("By form")).toBe(false);
    const yes = { confirm: accepted({ confirm: true }) };
    const done = await again("mail_send_draft", { id }, asked, yes);
    expect([done.isError, done.structured]).toEqual([undefined, { accepted: true }]);
    expect(await isSent("By form")).toBe(true);
  });

  test("is done once, however often and at the same time the agreement is sent", async () => {
    const asked = { method: "POST", path: "/me/messages", body: { subject: "Agreed to once" } };
    const options = { ...asAgent, query: "?toolsets=api", capabilities: forms };
    const { requestState } = await callTool("api_call", asked, options);
    const more = { inputResponses: { confirm: accepted({ confirm: true }) }, requestState };
    const agree = () => callTool("api_call", asked, { ...options, more });
    const answers = [...(await Promise.all([agree(), agree(), agree()])), await agree()];
    const done = answers.filter(({ structured }) => structured["status"] === 201);
    const askedAgain = answers.filter(({ resultType }) => resultType === "input_required");
    expect([done.length, askedAgain.length]).toEqual([1, 3]);
  });

  test.each([
    ["declined", { action: "decline" }],
    ["closed", { action: "cancel" }],
    ["answered with no", accepted({ confirm: false })],
    ["answered with nothing", accepted({})],
  ])("is not done when the form is %s", async (_, answer) => {
    const id = await draft("Not sent");
    const options = { ...asAgent, capabilities: forms };
    const asked = await callTool("mail_send_draft", { id }, options);
    const refused = await again("mail_send_draft", { id }, asked, { confirm: answer });
    expect([refused.isError, refused.structured["code"]]).toEqual([true, "forbidden"]);
    expect(await isSent("Not sent")).toBe(false);
  });

  test("is asked again when the answer was given to another question", async () => {
    const [one, other] = [await draft("Agreed"), await draft("Never agreed")];
    const options = { ...asAgent, capabilities: forms };
    const asked = await callTool("mail_send_draft", { id: one }, options);
    const yes = { confirm: accepted({ confirm: true }) };
    const swapped = await again("mail_send_draft", { id: other }, asked, yes);
    expect(swapped.resultType).toBe("input_required");
    const forged = { ...asked, requestState: `${Math.floor(Date.now() / 1000) + 600}.AAAA` };
    const made = await again("mail_send_draft", { id: other }, forged, yes);
    expect(made.resultType).toBe("input_required");
    expect(await isSent("Never agreed")).toBe(false);
  });

  test("is asked again for a body that differs in its form alone", async () => {
    const asked = (extension: unknown) => ({
      method: "POST",
      path: "/me/messages",
      body: { subject: "Never agreed to", extension },
    });
    const options = { ...asAgent, query: "?toolsets=api", capabilities: forms };
    const { requestState } = await callTool("api_call", asked([["a", 1]]), options);
    const more = { inputResponses: { confirm: accepted({ confirm: true }) }, requestState };
    for (const other of [{ a: 1 }, [["a", "1"]], ["a", 1], [["a", 1, null]]]) {
      const answer = await callTool("api_call", asked(other), { ...options, more });
      expect(answer.resultType).toBe("input_required");
    }
  });

  test("is asked again for a draft that was changed since the person read of it", async () => {
    const id = await draft("Changed meanwhile");
    const options = { ...asAgent, capabilities: forms };
    const asked = await callTool("mail_send_draft", { id }, options);
    const change = {
      method: "PATCH",
      path: `/me/messages/${id}`,
      body: { toRecipients: [{ emailAddress: { address: "other@evil.example" } }] },
      confirm: true,
    };
    const changed = await callTool("api_call", change, { ...asAgent, query: "?toolsets=api" });
    expect(changed.structured["status"]).toBe(200);
    const yes = { confirm: accepted({ confirm: true }) };
    const answer = await again("mail_send_draft", { id }, asked, yes);
    expect(answer.inputRequests?.["confirm"]?.params["message"]).toBe(
      'Send "Changed meanwhile" to other@evil.example?',
    );
    expect(await isSent("Changed meanwhile")).toBe(false);
  });

  test("is asked about in general words for a caller that may not read", async () => {
    const id = await draft("Unread");
    const credential = await sessionOf(userId, ["graph:write"]);
    const { text } = await callTool("mail_send_draft", { id }, { credential });
    expect(text).toContain("Send this draft to its recipients?");
  });

  test("takes no argument of the agent's where the person can be asked", async () => {
    const id = await draft("By argument");
    const options = { ...asAgent, capabilities: forms };
    const asked = await callTool("mail_send_draft", { id, confirm: true }, options);
    expect(asked.resultType).toBe("input_required");
  });

  test("takes the argument confirm of a client that cannot ask", async () => {
    const id = await draft("By words");
    const asked = await callTool("mail_send_draft", { id }, asAgent);
    expect(asked.text).toContain("confirm: true");
    expect(asked.structured).toMatchObject({ code: "forbidden", status: 403, field: "confirm" });
    const done = await callTool("mail_send_draft", { id, confirm: true }, asAgent);
    expect(done.structured).toEqual({ accepted: true });
    expect(await isSent("By words")).toBe(true);
  });
});

describe("a connection that lacks", () => {
  const page = "https://app.example/microsoft";
  /** The Worker of a host that has a page where its users connect. */
  const hosted = (request: Request): Promise<Response> =>
    Promise.resolve(
      createApp().fetch(request, { ...env, CONNECT_PAGE_URL: page }, createExecutionContext()),
    );

  test("is made by a link of the host's where the client opens links, and the same call succeeds then", async () => {
    const userId = newUser();
    const options = { credential: await sessionOf(userId), capabilities: links, via: hosted };
    const asked = await callTool("mail_list_messages", { top: 1 }, options);
    expect(asked.inputRequests?.["connect"]).toMatchObject({
      method: "elicitation/create",
      params: { mode: "url", url: page },
    });
    // The person signs in while the client repeats the call: it waits for them.
    const repeated = callTool(
      "mail_list_messages",
      { top: 1 },
      { ...options, more: { inputResponses: { connect: { action: "accept" } } } },
    );
    await signIn(actorOf(`user:${userId}`));
    expect(((await repeated).structured["items"] as unknown[]).length).toBe(1);
  });

  test("is told by words where the client does not", async () => {
    const options = { credential: await sessionOf(newUser()), via: hosted };
    const { isError, text, structured } = await callTool("people_me", {}, options);
    expect([isError, structured["code"], structured["status"]]).toEqual([true, "not_found", 404]);
    expect(text).toContain(`The person has to open ${page} and then ask again.`);
  });

  test("is told by words where the person declined the link", async () => {
    const options = { credential: await sessionOf(newUser()), capabilities: links, via: hosted };
    const more = { inputResponses: { connect: { action: "decline" } } };
    const { isError, text } = await callTool("people_me", {}, { ...options, more });
    expect([isError, text]).toEqual([true, expect.stringContaining(page)]);
  });

  test("has no link where the host has no page: a link would connect whoever opens it", async () => {
    const options = { credential: await sessionOf(newUser()), capabilities: links };
    const { isError, text } = await callTool("people_me", {}, options);
    expect([isError, text]).toEqual([true, "not_found: There is no such connection."]);
  });
});

describe("a connection that is broken", () => {
  test("is repaired by its reconnect link", async () => {
    const { id } = await connected("grace@contoso.example");
    const credential = await sessionOf(id.slice("user:".length));
    const options = { credential, capabilities: links };
    const asked = await callTool("files_list", {}, options);
    const { url } = (asked.inputRequests?.["connect"]?.params ?? {}) as { url?: string };
    expect(url).toMatch(/\/reconnect\?link=/);
  });
});
