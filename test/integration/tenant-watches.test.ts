import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Change, Watch } from "../../src/contract/watch.ts";
import type { Environment, EventPipeline } from "../../src/platform/env.ts";
import { carrierOfEachTest } from "./support/carrier.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, type Stub } from "./support/connections.ts";
import { asAll, bearer, call, json } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";
import { connectedTenant, fabrikam, forgetTenants, tenantId } from "./support/tenants.ts";
import { changesOf, keptFor } from "./support/watching.ts";
import {
  configureWebhooks,
  receiverSecret,
  receiverUrl,
  WebhookReceiver,
} from "./support/webhook-receiver.ts";

configureWebhooks([
  { id: "changes", url: receiverUrl("changes"), secret: receiverSecret, types: ["change.*"] },
  { id: "silent", url: receiverUrl("silent"), secret: receiverSecret },
]);
const send = vi.fn<EventPipeline["send"]>();
const environment: Environment = env;
environment.EVENTS = { send };
environment.EVENTS_TYPES = "change.*";

const id = tenantId(fabrikam);
const alan = "alan@fabrikam.example";
const day = 24 * 60 * 60;
const clock = clockOfEachTest();
let receiver: WebhookReceiver;
// Before the carrier's: the sandbox begins anew in it.
beforeEach(forgetTenants);
carrierOfEachTest();
beforeEach(() => {
  send.mockReset();
  send.mockResolvedValue();
  receiver = new WebhookReceiver();
  receiver.listen();
});
afterEach(async () => {
  await sandbox.reset();
});

const ask = async (resource: string, types: string[]) => {
  const body = { resource, change_types: types };
  const answer = await call(`/connections/${id}/watches`, asAll(json("POST", body)));
  return { status: answer.status, watch: answer.body["data"] as Watch, body: answer.body };
};

const states = async (stub: Stub) =>
  expectOk(await stub.watches()).map(({ resource, state }) => [resource, state]);

async function until(stub: Stub, state: Watch["state"]): Promise<Watch[]> {
  return vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    const watches = expectOk(await stub.watches());
    expect(new Set(watches.map((watch) => watch.state))).toEqual(new Set([state]));
    return watches;
  }, 6_000);
}

/** Something of one of the tenant's users is written. */
async function rename(account: string): Promise<void> {
  const { stub } = await connected(account, { scopes: ["User.ReadWrite"] });
  const answer = await stub.fetch("https://graph.microsoft.com/v1.0/me", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jobTitle: crypto.randomUUID() }),
  });
  expect(answer.ok).toBe(true);
  await answer.arrayBuffer();
}

const watchBoth = async () => [
  await ask("users", ["updated"]),
  await ask(`users/${alan}/messages`, ["created"]),
];

describe("a tenant's watches", () => {
  test("of its users and of one's mail are kept alive, and report", async () => {
    const { stub } = await connectedTenant();
    const made = await watchBoth();
    expect(made.map(({ status, watch: { state } }) => [status, state])).toEqual([
      [201, "active"],
      [201, "active"],
    ]);
    expect(await keptFor(id)).toHaveLength(2);

    await sandbox.message({ user: alan, subject: "For the application" });
    await rename(alan);
    const changes = await changesOf(stub, 2);
    expect(changes.map(({ watch, type }) => [watch, type]).toSorted()).toEqual(
      [
        [made[0]?.watch.id, "change.updated"],
        [made[1]?.watch.id, "change.created"],
      ].toSorted(),
    );
    const listed = await call(`/connections/${id}/changes`, asAll());
    expect(listed.body["data"]).toEqual(changes);

    await clock.advance(3.6 * day);
    await runDurableObjectAlarm(stub);
    await vi.waitFor(async () => {
      const [, mail] = expectOk(await stub.watches());
      expect(Date.parse(mail?.expires_at ?? "")).toBeGreaterThan(Date.now() + 6 * day * 1_000);
    }, 6_000);
    await clock.advance(11 * day);
    const renewed = await until(stub, "active");
    expect(renewed.every(({ expires_at: end }) => Date.parse(end ?? "") > Date.now())).toBe(true);
    await sandbox.message({ user: alan, subject: "Weeks later" });
    // Those of before are not kept any more.
    await expect
      .poll(async () => expectOk(await stub.changes({ after: 2 })).changes, { timeout: 4_000 })
      .toMatchObject([{ seq: 3, type: "change.created", watch: made[1]?.watch.id }]);
  });

  test("are asked for by who may administer it, and of nobody signed in", async () => {
    await connectedTenant();
    const body = { resource: "users", change_types: ["updated"] };
    const plain = await call(`/connections/${id}/watches`, {
      ...json("POST", body),
      headers: { ...bearer("plain"), "content-type": "application/json" },
    });
    expect(plain.status).toBe(403);
    const mine = await ask("me/messages", ["created"]);
    expect([mine.status, mine.body["details"]]).toMatchObject([400, { field: "resource" }]);
  });

  test("wait for the tenant's administrator where a role lacks", async () => {
    const { stub } = await connectedTenant();
    await sandbox.fault({
      match: { url: "/subscriptions", method: "POST" },
      times: 1,
      respond: {
        status: 403,
        headers: { "content-type": "application/json" },
        body: {
          error: { code: "Authorization_RequestDenied", message: "Insufficient privileges." },
        },
      },
    });
    const { status, watch } = await ask("communications/presences/x", ["updated"]);
    expect([status, watch.state]).toEqual([201, "blocked"]);
    expect(watch.remedy).toMatchObject({
      action: "admin_consent",
      scopes: ["Presence.Read"],
      admin_consent_url: `http://localhost:8787/admin-consent?tenant_id=${fabrikam}`,
    });
    expect(watch.remedy).not.toHaveProperty("connect_url");
    expect(await states(stub)).toEqual([["communications/presences/x", "blocked"]]);
  });

  test("that Graph refuses a token without roles begin once the roles are there", async () => {
    await sandbox.settings({ roles_delay_s: 100 });
    const { stub } = await connectedTenant();
    const { watch } = await ask("users", ["updated"]);
    expect(watch).toMatchObject({ state: "blocked", remedy: { action: "admin_consent" } });
    await clock.advance(120);
    await runDurableObjectAlarm(stub);
    await until(stub, "active");
    await rename(alan);
    expect(await changesOf(stub, 1)).toMatchObject([{ type: "change.updated" }]);
  });
});

/** What a path of the receiver and the pipeline were told of a connection. */
const told = (connection: string) => ({
  changes: receiver.recordsOf(connection, "changes"),
  silent: receiver.recordsOf(connection, "silent").filter(({ type }) => type.startsWith("change.")),
  pipeline: send.mock.calls
    .flatMap(([records]) => records as readonly Change[])
    .filter((record) => record.connection === connection),
});

describe("changes at a webhook that names change.*, and in the pipeline,", () => {
  test("are a tenant's as well", async () => {
    const { stub } = await connectedTenant();
    await watchBoth();
    await sandbox.message({ user: alan });
    const changes = await changesOf(stub, 1);
    await runDurableObjectAlarm(stub);
    await expect
      .poll(() => told(id), { timeout: 4_000 })
      .toEqual({
        changes,
        silent: [],
        pipeline: changes,
      });
  });

  test("are a user's, each once and in order; a webhook without types gets none", async () => {
    const grace = "grace@contoso.example";
    const user = await connected(grace);
    const body = { resource: "me/messages", change_types: ["created"] };
    const made = await call(`/connections/${user.id}/watches`, asAll(json("POST", body)));
    expect(made.status).toBe(201);
    for (let count = 0; count < 5; count += 1) await sandbox.message({ user: grace });
    const changes = await changesOf(user.stub, 5);
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(user.stub);
      expect(told(user.id)).toEqual({ changes, silent: [], pipeline: changes });
    }, 6_000);
    // Of the events it got every one, this change of the log among them.
    const events = receiver.recordsOf(user.id, "silent").map(({ type }) => type);
    expect(events).toContain("watch.active");
  });
});
