import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import {
  AzureClient,
  type Change,
  type ConnectionEvent,
  type LiveClient,
} from "../../src/client/index.ts";
import { startEvictableWorker, type EvictableWorker } from "../support/evictable-worker.ts";
import { keptFor, notify } from "../support/notification-sender.ts";
import { control } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";

/** How many ends of its session a client is to live through. */
const ends = 10;
/** Seconds that each session lives. */
const ttl = 2;
const userId = "long-lived";
/** Milliseconds, on a machine that is busy with other things. */
const patience = 120_000;

let worker: EvictableWorker;
let live: LiveClient | undefined;

beforeAll(async () => {
  worker = await startEvictableWorker();
});

afterAll(async () => {
  live?.close();
  await worker.close();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it(
  "follows a connection past the ends of its sessions, without losing or doubling an event or a change",
  async () => {
    await signIn(worker.url, { userId });
    const server = new AzureClient({ baseUrl: worker.url, apiKey: "azk_all_all-secret" });
    const connection = server.connection({ userId });

    await connection.watch({ resource: "me/messages", changeTypes: ["created"] });
    const [subscription] = await keptFor(worker.sandbox, connection.id);
    if (subscription === undefined) throw new Error("Graph keeps nothing");

    let sessions = 0;
    const page = new AzureClient({
      baseUrl: worker.url,
      token: async () => {
        sessions += 1;
        return (await server.createSession({ userId, ttl })).data.token;
      },
    });
    const seen: ConnectionEvent[] = [];
    const changed: Change[] = [];
    const snapshots: number[] = [];
    const errors: Error[] = [];
    let ended = 0;
    const isOver = () => ended >= ends;
    const first = Promise.withResolvers<void>();
    live = page.connection({ userId }).live({
      WebSocket,
      reconnectDelay: { min: 50, max: 500 },
      changes: true,
      onSnapshot: ({ seq }) => {
        snapshots.push(seq);
        first.resolve();
      },
      onEvent: (event) => seen.push(event),
      onChange: (change) => changed.push(change),
      onClose: ({ code }) => {
        if (code === 4001) ended += 1;
      },
      onError: (error) => errors.push(error),
    });
    await first.promise;

    // A socket is closed by the first event after the end of its session, and must get that event after all.
    for (let change = 0; !isOver(); change += 1) {
      if (change % 2 === 0) {
        const match = { url: "/oauth2/v2.0/token" };
        await control(worker.sandbox, "faults", { match, times: 1, aadsts: 50173 });
      }
      // An object that slept has forgotten that it was asked just before.
      await worker.evict(connection.id);
      await connection.refresh().catch(() => undefined);
      expect(await notify(subscription, `item-${change}`)).toBe(202);
      await pause(500);
    }
    const after = snapshots[0] ?? 0;
    const written = (await connection.events({ after, limit: 200 })).data;
    await expect
      .poll(() => seen.length, { timeout: 30_000 })
      .toBeGreaterThanOrEqual(written.length);
    const { data: kept } = await connection.changes({ after: 0, limit: 1_000 });
    await expect
      .poll(() => changed.length, { timeout: 30_000 })
      .toBeGreaterThanOrEqual(kept.length);
    expect(changed).toEqual(kept);
    expect(kept.length).toBeGreaterThan(ends);
    // A remedy's link is made when it is read, and only while that remedy stands.
    const plain = ({ seq, id, type, time }: ConnectionEvent) => ({ seq, id, type, time });
    expect(seen.map(plain)).toEqual(written.map(plain));
    expect(written.length).toBeGreaterThan(ends);
    expect(ended).toBeGreaterThanOrEqual(ends);
    expect(sessions).toBeGreaterThan(ends);
    expect(errors).toEqual([]);
  },
  patience,
);
