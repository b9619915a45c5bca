import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { AzureClient, type Change } from "../../src/client/index.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { freePorts } from "../support/launcher.ts";
import { keptFor, notifyTwice, type KeptSubscription } from "../support/notification-sender.ts";
import { signIn } from "../support/sign-in.ts";
import { planWorker, type PlannedWorker } from "../support/worker-plan.ts";
import { startWorkerProcess, type WorkerProcess } from "../support/worker-process.ts";
import { sandboxVariables } from "../support/worker.ts";

const many = 1_000;
/** Milliseconds, on a machine that is busy with other things. */
const patience = 240_000;
const poll = { timeout: 60_000 };

let folder: string;
let sandbox: SandboxServer;
let planned: PlannedWorker;
let worker: WorkerProcess;
let azure: AzureClient;
const ends: (() => void)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "azure-burst-"));
  sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
  const { worker: port } = await freePorts();
  planned = await planWorker({
    folder,
    port,
    variables: { ...sandboxVariables(sandbox), AZURE_PUBLIC_ORIGIN: `http://localhost:${port}` },
  });
  worker = await startWorkerProcess(planned);
  azure = new AzureClient({ baseUrl: planned.url, apiKey: "azk_all_all-secret" });
}, patience);

afterAll(async () => {
  for (const end of ends) end();
  await worker.kill();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

const named = (prefix: string) => Array.from({ length: many }, (_, place) => `${prefix}-${place}`);
const itemsOf = (changes: readonly Change[]) => changes.map(({ item }) => item);

/** A watched inbox, what Graph keeps of it, and what a socket is told of its changes. */
async function watched(userId: string) {
  await signIn(planned.url, { userId });
  const connection = azure.connection({ userId });
  const { data: watch } = await connection.watch({
    resource: "me/mailFolders('inbox')/messages",
    changeTypes: ["created"],
  });
  expect(watch.state).toBe("active");
  const [subscription, ...others] = await keptFor(sandbox, connection.id);
  if (subscription === undefined) throw new Error("Graph keeps nothing");
  expect(others).toEqual([]);
  const told: Change[] = [];
  const truncated: unknown[] = [];
  const greeted = Promise.withResolvers<void>();
  const live = connection.live({
    WebSocket,
    changes: true,
    reconnectDelay: { min: 50, max: 500 },
    onSnapshot: ({ changes_truncated: lost }) => {
      truncated.push(lost);
      greeted.resolve();
    },
    onChange: (change) => told.push(change),
  });
  ends.push(() => live.close());
  await greeted.promise;
  const kept = async () => (await connection.changes({ after: 0, limit: 1_000 })).data;
  return { connection, subscription, told, truncated, kept };
}

const posted = async (subscription: KeptSubscription, items: readonly string[]) => {
  const statuses: (number | undefined)[] = [];
  await notifyTwice(subscription, items, (_, status) => statuses.push(status));
  return statuses;
};

it(
  "takes a thousand notifications at once, each of them twice, and reports each once, in order",
  async () => {
    const { connection, subscription, told, kept } = await watched("burst");
    const items = named("burst");
    const statuses = await posted(subscription, items);
    expect(statuses).toHaveLength(2 * many);
    expect(new Set(statuses)).toEqual(new Set([202]));

    const changes = await kept();
    expect(changes.map(({ seq }) => seq)).toEqual(items.map((_, place) => place + 1));
    expect(itemsOf(changes).toSorted()).toEqual(items.toSorted());
    await expect.poll(() => told.length, poll).toBe(many);
    expect(told).toEqual(changes);
    const [watch] = (await connection.watches()).data;
    expect(watch).not.toHaveProperty("gap_since");
  },
  patience,
);

it(
  "keeps what it has acknowledged through a SIGKILL in the middle, and takes the rest when it comes again",
  async () => {
    const { connection, subscription, told, truncated, kept } = await watched("killed");
    const items = named("killed");
    const acknowledged = new Set<string>();
    let killed: Promise<void> | undefined;
    await notifyTwice(subscription, items, (item, status) => {
      if (status === 202) acknowledged.add(item);
      if (acknowledged.size === many / 2) killed ??= worker.kill();
    });
    expect(killed).toBeDefined();
    await killed;
    const unacknowledged = items.filter((item) => !acknowledged.has(item));
    expect(unacknowledged.length).toBeGreaterThan(0);

    worker = await startWorkerProcess(planned);
    const held = new Set(itemsOf(await kept()));
    expect([...acknowledged].filter((item) => !held.has(item))).toEqual([]);

    const repeated = await posted(subscription, unacknowledged);
    expect(new Set(repeated)).toEqual(new Set([202]));
    const changes = await kept();
    expect(changes.map(({ seq }) => seq)).toEqual(items.map((_, place) => place + 1));
    expect(itemsOf(changes).toSorted()).toEqual(items.toSorted());
    await expect.poll(() => told.length, poll).toBe(many);
    expect(told).toEqual(changes);
    expect(new Set(truncated)).toEqual(new Set([undefined]));
    const [watch] = (await connection.watches()).data;
    expect(watch).toMatchObject({ state: "active" });
    expect(watch).not.toHaveProperty("gap_since");
    expect(await keptFor(sandbox, connection.id)).toHaveLength(1);
  },
  patience,
);
