import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { startEvictableWorker, type EvictableWorker } from "../support/evictable-worker.ts";
import { LiveWatcher } from "../support/live-watcher.ts";
import { control } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";

/** With those that went away without a word, as many as a connection may have. */
const crowd = 80;
const changes = 50;
/** Clients that go away at each change, to come back after it. */
const dropouts = 20;
/** Opened at a time. */
const width = 50;
const key = "azk_all_all-secret";
const connection = "user:crowd";
/** Milliseconds, on a machine that is busy with other things. */
const patience = 240_000;

let worker: EvictableWorker;
let watchers: LiveWatcher[] = [];

beforeAll(async () => {
  worker = await startEvictableWorker();
});

afterAll(async () => {
  for (const watcher of watchers) watcher.drop();
  await worker.close();
});

const pageSchema = z.object({ data: z.array(z.object({ seq: z.int(), type: z.string() })) });

const asServer = (path: string, method = "GET"): Promise<Response> =>
  fetch(`${worker.url}/connections/${connection}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
  });

async function inBatches<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < items.length; start += width) {
    await Promise.all(items.slice(start, start + width).map(work));
  }
}

/** Entra refuses the grant, and at the next change it does not. */
async function changeStatus(refused: boolean): Promise<void> {
  if (refused) {
    await control(worker.sandbox, "faults", {
      match: { url: "/oauth2/v2.0/token" },
      times: 1,
      aadsts: 50173,
    });
  }
  // Awake again, the object has nothing but its tables and the sockets that waited for it.
  await worker.evict(connection);
  const response = await asServer("/refresh", "POST");
  await response.arrayBuffer();
  expect(response.status).toBe(refused ? 424 : 200);
}

it(
  "tells a crowd of sockets every event in order, through sleep and through lost sockets",
  async () => {
    await signIn(worker.url, { userId: "crowd" });
    const url = new URL(`/connections/${connection}/live`, worker.url.replace("http", "ws"));
    watchers = Array.from({ length: crowd }, () => new LiveWatcher(url, key));
    await inBatches(watchers, (watcher) => watcher.open());

    for (let change = 0; change < changes; change += 1) {
      const start = (change * dropouts) % crowd;
      const away = watchers.slice(start, start + dropouts);
      for (const watcher of away) watcher.drop();
      await changeStatus(change % 2 === 0);
      await Promise.all(away.map((watcher) => watcher.open()));
    }

    const { data: events } = pageSchema.parse(await (await asServer("/events?limit=200")).json());
    const statuses = events.filter(({ type }) => type.startsWith("connection."));
    // It began pending and was connected.
    expect(statuses).toHaveLength(2 + changes);
    const last = events.at(-1)?.seq ?? 0;
    await expect
      .poll(() => watchers.filter((watcher) => watcher.last < last).length, { timeout: 20_000 })
      .toBe(0);
    expect(watchers.flatMap(({ faults }) => faults)).toEqual([]);
    const written = events.slice(watchers[0]?.first).map((event) => event.seq);
    expect(new Set(watchers.map(({ first }) => first)).size).toBe(1);
    expect(watchers[0]?.told.map((text) => JSON.parse(text).seq)).toEqual(written);
    expect(new Set(watchers.map(({ told }) => told.join("\n"))).size).toBe(1);
  },
  patience,
);
