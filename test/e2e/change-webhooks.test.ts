import { afterAll, beforeAll, expect, it } from "vitest";
import { AzureClient, type Change } from "../../src/client/index.ts";
import { CONTOSO_TENANT } from "../sandbox/constants.ts";
import { approvedConsent } from "../support/admin-consent.ts";
import { signIn } from "../support/sign-in.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

/** Messages that come to each mailbox. */
const many = 20;
/** Milliseconds, on a machine that is busy with other things. */
const patience = 120_000;

const told: Change[] = [];
const unasked: Change[] = [];
let changes: WebhookReceiver;
let silent: WebhookReceiver;
let worker: TestWorker;
let azure: AzureClient;

beforeAll(async () => {
  changes = await startWebhookReceiver({
    types: ["change.*"],
    changed: (change) => told.push(change),
  });
  silent = await startWebhookReceiver({ changed: (change) => unasked.push(change) });
  const variables = { WEBHOOKS: JSON.stringify([changes.entry, silent.entry]) };
  worker = await startTestWorker({ variables });
  azure = new AzureClient({ baseUrl: worker.url, apiKey: "azk_all_all-secret" });
}, patience);

afterAll(async () => {
  await worker.close();
  await Promise.all([changes.close(), silent.close()]);
});

/** A message comes to an account. */
async function receive(user: string): Promise<void> {
  const body = JSON.stringify({ user });
  const { status } = await fetch(`${worker.sandbox.url}/_sandbox/messages`, {
    method: "POST",
    body,
  });
  expect(status).toBe(201);
}

/** Watches, and has mail come. @returns what is kept of it, and what the webhooks were told */
async function follow(
  connection: ReturnType<AzureClient["connection"]>,
  resource: string,
  account: string,
): Promise<{ kept: Change[]; told: Change[]; unasked: Change[]; faults: string[] }> {
  const { data: watch } = await connection.watch({ resource, changeTypes: ["created"] });
  expect(watch.state).toBe("active");
  for (let count = 0; count < many; count += 1) await receive(account);
  const { id } = connection;
  await expect.poll(() => changes.heard(id, "changes"), { timeout: 60_000 }).toBe(many);
  const { data: kept } = await connection.changes();
  const { data: log } = await connection.events({ limit: 200 });
  await expect.poll(() => silent.heard(id), { timeout: 60_000 }).toBe(log.at(-1)?.seq);
  expect(log.map(({ type }) => type)).toContain("watch.active");
  expect(changes.heard(id)).toBe(0);
  return {
    kept,
    told: told.filter((change) => change.connection === id),
    unasked,
    faults: [...changes.faults, ...silent.faults],
  };
}

const nothingElse = { unasked: [], faults: [] };

it(
  "tells a user's changes, in order, to the webhook that names change.*, and to no other",
  async () => {
    await signIn(worker.url, { userId: "ada" });
    const inbox = "me/mailFolders('inbox')/messages";
    const seen = await follow(azure.connection({ userId: "ada" }), inbox, "ada@contoso.example");
    expect(seen).toEqual({ kept: seen.kept, told: seen.kept, ...nothingElse });
  },
  patience,
);

it(
  "tells a tenant's changes as well",
  async () => {
    await fetch(approvedConsent(worker.sandbox.url), { redirect: "manual" });
    await azure.connectTenant(CONTOSO_TENANT);
    const grace = "grace@contoso.example";
    const connection = azure.connection({ tenantId: CONTOSO_TENANT });
    const seen = await follow(connection, `users/${grace}/messages`, grace);
    expect(seen).toEqual({ kept: seen.kept, told: seen.kept, ...nothingElse });
  },
  patience,
);
