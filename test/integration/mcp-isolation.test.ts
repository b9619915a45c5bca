import { afterEach, describe, expect, test, vi } from "vitest";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import { sessionOf } from "./support/front.ts";
import { imported, refreshTokenOf } from "./support/imports.ts";
import { recordLog } from "./support/log-lines.ts";
import { callTool } from "./support/mcp.ts";
import { sandbox } from "./support/sandbox.ts";

const accounts = [
  "ada@contoso.example",
  "grace@contoso.example",
  "alan@fabrikam.example",
  "lin@fabrikam.example",
] as const;
const users = 200;

afterEach(() => vi.restoreAllMocks());

describe(`${users} users with ${accounts.length} Microsoft accounts, each with an agent`, () => {
  test("see their own data in every answer, of both protocols, and no cursor of another's works", async () => {
    await sandbox.settings({ mailbox_latency_ms: 0 });
    const refreshTokens = await Promise.all(accounts.map((account) => refreshTokenOf(account)));
    const agents = await Promise.all(
      Array.from({ length: users }, async (_, index) => {
        const which = index % accounts.length;
        const { id } = await imported(refreshTokens[which] ?? "");
        const userId = id.slice("user:".length);
        return { userId, credential: await sessionOf(userId), account: accounts[which] };
      }),
    );
    const eras = ["modern", "legacy"] as const;
    await Promise.all(
      agents.map(async ({ credential, account }, index) => {
        const options = { credential, era: eras[index % 2] ?? "modern" };
        const me = await callTool("people_me", {}, options);
        expect(me.structured["sign_in_name"]).toBe(account);
      }),
    );
    const some = agents.filter((_, index) => index % 5 === 0);
    const pages = await Promise.all(
      some.map(({ credential }) =>
        callTool("mail_list_messages", { folder: "inbox", top: 1 }, { credential }),
      ),
    );
    const cursors = pages.map(({ structured }) => structured["next_cursor"]);
    const foreign = await Promise.all(
      some.map(({ credential }, index) => {
        const cursor = cursors[(index + 1) % some.length] ?? "none";
        return callTool("mail_list_messages", { folder: "inbox", top: 1, cursor }, { credential });
      }),
    );
    expect(new Set(foreign.map(({ structured }) => structured["field"]))).toEqual(
      new Set(["cursor"]),
    );
  });
});

describe("the audit line of a call", () => {
  test("says who did what and how it ended, and nothing of what was said", async () => {
    const { id } = await imported(await refreshTokenOf("ada@contoso.example"));
    const userId = id.slice("user:".length);
    const credential = await sessionOf(userId);
    const lines = recordLog("tool");
    const secret = `Words of ${userId}`;
    await callTool("mail_list_messages", { query: secret }, { credential });
    await callTool("mail_get_message", { id: secret }, { credential });
    await callTool(
      "mail_list_messages",
      { top: 500, query: secret },
      { credential, era: "legacy" },
    );
    const common = {
      level: "info",
      event: "tool",
      caller: "session",
      user: connectionHash(userId),
      connection: connectionHash(id),
      request_id: expect.any(String),
      duration_ms: expect.any(Number),
    };
    expect(lines).toEqual([
      {
        ...common,
        tool: "mail_list_messages",
        client: "integration-test",
        outcome: "ok",
        upstream_request_id: expect.any(String),
      },
      {
        ...common,
        tool: "mail_get_message",
        client: "integration-test",
        outcome: expect.stringMatching(/^(?:not_found|invalid_request)$/),
        upstream_request_id: expect.any(String),
      },
      { ...common, tool: "mail_list_messages", outcome: "invalid_request" },
    ]);
    expect(JSON.stringify(lines)).not.toContain(userId);
  });
});
