import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { control, requestsOf } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";
import { startEvictableWorker, type EvictableWorker } from "../support/evictable-worker.ts";

const key = "Bearer azk_all_all-secret";
/** Milliseconds that Microsoft takes for a call that is given up. */
const silence = 12_000;

let worker: EvictableWorker;
beforeAll(async () => {
  worker = await startEvictableWorker();
});
afterAll(() => worker.close());

/** A request whose client does not read the answer. */
async function ask(path: string, userId: string): Promise<Socket> {
  const { hostname, port } = new URL(worker.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${key}\r\nX-Azure-Connection: user:${userId}\r\n\r\n`,
  );
  return socket;
}

/** What Microsoft was asked of the mailbox. */
const asked = async () =>
  (await requestsOf(worker.sandbox)).filter(({ url }) => url.includes("/me/messages")).length;

/** Four calls under way in the mailbox, as many as it has at a time. */
async function four(path: string, userId: string): Promise<Socket[]> {
  const before = await asked();
  await control(worker.sandbox, "faults", {
    match: { url: "/me/messages" },
    times: 4,
    delay_ms: silence,
  });
  const callers = await Promise.all(Array.from({ length: 4 }, () => ask(path, userId)));
  await expect.poll(asked, { timeout: 5_000 }).toBe(before + 4);
  return callers;
}

describe("a mailbox whose callers went away over HTTP", () => {
  it.each([
    ["a gateway", () => "/graph/v1.0/me/messages?$top=1"],
    ["a route", (userId: string) => `/mail?user_id=${userId}&top=1`],
  ])("answers the next one at once, through %s", async (_, pathOf) => {
    const userId = `u-${crypto.randomUUID()}`;
    await signIn(worker.url, { userId });
    const path = pathOf(userId);
    const before = await asked();
    const callers = await four(path, userId);
    const queued = await Promise.all(Array.from({ length: 4 }, () => ask(path, userId)));
    for (const caller of [...callers, ...queued]) caller.resetAndDestroy();
    const began = performance.now();
    const next = await fetch(worker.url + path, {
      headers: { authorization: key, "x-azure-connection": `user:${userId}` },
    });
    await next.arrayBuffer();
    expect(next.status).toBe(200);
    expect(performance.now() - began).toBeLessThan(silence / 2);
    // Those in the queue had never been sent, and are not sent now.
    expect(await asked()).toBe(before + 5);
  });

  it("refuses the fifth within seconds as not sent, where nobody went away", async () => {
    const userId = `u-${crypto.randomUUID()}`;
    await signIn(worker.url, { userId });
    const path = "/graph/v1.0/me/messages?$top=1";
    const before = await asked();
    const callers = await four(path, userId);
    const fifth = await fetch(worker.url + path, {
      headers: { authorization: key, "x-azure-connection": `user:${userId}` },
    });
    expect([fifth.status, fifth.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await fifth.json()).toMatchObject({
      error: { innerError: { code: "upstream_unavailable", details: { reason: "mailbox_busy" } } },
    });
    expect(await asked()).toBe(before + 4);
    for (const caller of callers) caller.destroy();
  });
});
