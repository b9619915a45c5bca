import { expect, test } from "vitest";
import { connected } from "./support/connections.ts";
import { sandbox } from "./support/sandbox.ts";

const url = "https://graph.microsoft.com/v1.0/me/messages?$top=1";

test("mailbox calls whose caller went away make room for the next", async () => {
  const { stub } = await connected();
  await (await stub.fetch(url)).arrayBuffer();
  await sandbox.fault({ match: { url: "/me/messages" }, times: 4, delay_ms: 4_000 });
  const mark = await sandbox.mark();
  const gone = new AbortController();
  const calls = Array.from({ length: 4 }, () =>
    stub.fetch(url, { signal: gone.signal }).catch((error: unknown) => error),
  );
  await expect.poll(async () => (await sandbox.requests(mark)).length).toBe(4);
  gone.abort();
  const began = performance.now();
  const next = await stub.fetch(url);
  await next.arrayBuffer();
  expect(next.status).toBe(200);
  expect(performance.now() - began).toBeLessThan(2_000);
  await Promise.all(calls);
  // Nothing may be under way when the runtime of this file is taken down.
  const isOver = async () =>
    (await sandbox.requests(mark)).every(({ ended_at: endedAt }) => endedAt !== undefined);
  await expect.poll(isOver, { timeout: 10_000 }).toBe(true);
});
