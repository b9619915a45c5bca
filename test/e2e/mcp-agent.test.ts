import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unstable_startWorker } from "wrangler";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { signIn } from "../support/sign-in.ts";
import { projectRoot } from "../support/source-files.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

/** An agent of the Agents SDK, in a Worker of somebody else's, as a client of ours. */

let worker: TestWorker;
let persist: string;
let assistant: Awaited<ReturnType<typeof unstable_startWorker>>;
beforeAll(async () => {
  worker = await startTestWorker();
  await signIn(worker.url, { userId: "agent" });
  persist = mkdtempSync(join(tmpdir(), "agent-"));
  assistant = await unstable_startWorker({
    config: join(projectRoot, "test/support/agent/wrangler.jsonc"),
    dev: {
      persist,
      watch: false,
      logLevel: "error",
      inspector: false,
      server: { hostname: "localhost", port: 0 },
    },
  });
});
afterAll(async () => {
  await assistant.dispose();
  await worker.close();
  rmSync(persist, { recursive: true, force: true });
});

test("an agent of the Agents SDK lists tools and calls them as the person", async () => {
  const session = await fetch(new URL("/sessions", worker.url), {
    method: "POST",
    headers: { authorization: "Bearer azk_all_all-secret", "content-type": "application/json" },
    body: JSON.stringify({ user_id: "agent" }),
  });
  const { data } = z.object({ data: z.object({ token: z.string() }) }).parse(await session.json());
  const task = {
    url: new URL("/mcp", worker.url).href,
    token: data.token,
    calls: [
      { name: "people_me", arguments: {} },
      { name: "mail_list_messages", arguments: { top: 2 } },
      { name: "mail_get_message", arguments: { id: "none" } },
    ],
  };
  const answer = await fetch(await assistant.url, { method: "POST", body: JSON.stringify(task) });
  const { tools, results } = z
    .object({ tools: z.array(z.string()), results: z.array(z.looseObject({})) })
    .parse(await answer.json());
  expect(tools).toEqual(expect.arrayContaining(["connection_status", "mail_list_messages"]));
  expect(results).toMatchObject([
    { structuredContent: { mail: "ada@contoso.example" } },
    { structuredContent: { items: [{}, {}] } },
    {
      isError: true,
      structuredContent: { code: expect.any(String), request_id: expect.any(String) },
    },
  ]);
});
