import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { auditLinesOf, keepAuditLine } from "../../src/oauth/tool-audit.ts";
import { newUser } from "./support/connections.ts";

const start = Date.now();

/** Keeps a call that ended so many seconds after the first. */
const keep = (connection: string, tool: string, seconds: number): Promise<void> =>
  keepAuditLine(env, connection, { event: "tool", tool }, start + seconds * 1_000);

async function toolsOf(connection: string): Promise<unknown[]> {
  return (await auditLinesOf(env, connection)).map(({ tool }) => tool);
}

test("calls that follow soon are written together, in their order", async () => {
  const connection = `user:${newUser()}`;
  await Promise.all([keep(connection, "first", 0), keep(connection, "second", 1)]);
  expect(await toolsOf(connection)).toEqual(["first", "second"]);
});

test("a request that ended before it wrote its lines keeps no later ones from being written", async () => {
  const connection = `user:${newUser()}`;
  // Its timer went with it.
  vi.spyOn(globalThis, "setTimeout").mockImplementationOnce(vi.fn());
  void keep(connection, "lost with its request", 0);
  vi.restoreAllMocks();
  await keep(connection, "later", 10);
  expect(await toolsOf(connection)).toEqual(["later"]);
});
