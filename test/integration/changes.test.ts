import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LiveMessage } from "../../src/contract/connection-events.ts";
import type { Change } from "../../src/contract/watch.ts";
import type { Environment, EventPipeline } from "../../src/platform/env.ts";
import { carrierOfEachTest } from "./support/carrier.ts";
import { connected, expectOk, newUser, actorOf, signIn } from "./support/connections.ts";
import { allKey, front, sessionOf } from "./support/front.ts";
import { watch as follow } from "./support/live.ts";
import { sandbox } from "./support/sandbox.ts";

const send = vi.fn<EventPipeline["send"]>();
const environment: Environment = env;
environment.EVENTS = { send };
environment.EVENTS_TYPES = "change.*";

carrierOfEachTest();
beforeEach(() => {
  send.mockReset();
  send.mockResolvedValue();
});
afterEach(async () => {
  await sandbox.reset();
});

const everything = {
  resource: "me/messages",
  changeTypes: ["created", "updated", "deleted"],
} as const;

/** A watched mailbox, and how Graph would post to it. */
async function watched() {
  const { id, stub } = await connected();
  const { id: watchId } = expectOk(await stub.watch(everything));
  const encoded = btoa(id).replaceAll("=", "");
  const kept = (await sandbox.subscriptions()).find(({ notificationUrl }) =>
    notificationUrl.includes(encoded),
  );
  if (kept === undefined) throw new Error("Graph keeps nothing");
  const post = (...items: string[]) =>
    front(kept.notificationUrl, {
      method: "POST",
      body: {
        value: items.map((item) => ({
          subscriptionId: kept.id,
          clientState: kept.clientState,
          changeType: "updated",
          resource: `Users/1/Messages/${item}`,
          resourceData: { id: item, "@odata.etag": `W/"${item}"` },
        })),
      },
    });
  return { id, stub, watchId, post };
}

const isChange = (message: LiveMessage): message is Change => message.type.startsWith("change.");
const itemsOf = (messages: readonly LiveMessage[]) =>
  messages.filter(isChange).map(({ item }) => item);
const inPipeline = (id: string) =>
  send.mock.calls
    .flatMap(([records]) => records as readonly Change[])
    .filter(({ connection }) => connection === id);

describe("a socket", () => {
  test("gets changes where it asks for them, and what it missed before", async () => {
    const { stub, post } = await watched();
    const events = await follow(stub);
    await post("a", "b");
    const fromNow = await follow(stub, { changes: {} });
    const fromThere = await follow(stub, { changes: { after: 1 } });
    await post("c");
    await post("c", "d");
    await expect.poll(() => itemsOf(fromNow)).toEqual(["c", "d"]);
    await expect.poll(() => itemsOf(fromThere)).toEqual(["b", "c", "d"]);
    expect(itemsOf(events)).toEqual([]);
    expect(fromThere[0]).toMatchObject({ type: "snapshot" });
    expect(fromThere[0]).not.toHaveProperty("changes_truncated");
  });

  test("is told that some are lost", async () => {
    const { stub, post } = await watched();
    await post("a");
    const { changes } = expectOk(await stub.changes());
    expect(changes).toHaveLength(1);
    const many = Array.from({ length: 2_000 }, (_, place) => `i${place}`);
    await post(...many);
    const messages = await follow(stub, { changes: { after: 0 } });
    await expect.poll(() => messages[0]).toMatchObject({ changes_truncated: true });
    expect(expectOk(await stub.changes()).truncated).toBe(true);
  });

  test("needs graph:read, of its own credential or of its ticket's maker", async () => {
    const userId = newUser();
    const stub = actorOf(`user:${userId}`);
    expectOk(await signIn(stub));
    const open = async (scopes: string[], query: string) => {
      const credential = await sessionOf(userId, scopes);
      const path = `/connections/user:${userId}`;
      const made = await front(`${path}/tickets`, { method: "POST", credential });
      const { data } = await made.json<{ data: { ticket: string } }>();
      const headers = { upgrade: "websocket" };
      const offer = { "sec-websocket-protocol": `azure.v1, ticket.${data.ticket}` };
      const bySession = await front(`${path}/live${query}`, { credential, headers });
      const byTicket = await front(`${path}/live${query}`, { headers: { ...headers, ...offer } });
      for (const { webSocket } of [bySession, byTicket]) webSocket?.accept();
      return [bySession.status, byTicket.status];
    };
    expect(await open(["connections:read"], "?changes=1")).toEqual([403, 403]);
    expect(await open(["connections:read"], "")).toEqual([101, 101]);
    expect(await open(["connections:read", "graph:read"], "?changes=1&changes_after=0")).toEqual([
      101, 101,
    ]);
    expect(await open(["connections:read", "graph:read"], "?changes_after=0")).toEqual([400, 400]);
  });
});

test("changes and watches need graph:read over HTTP", async () => {
  const userId = newUser();
  expectOk(await signIn(actorOf(`user:${userId}`)));
  const credential = await sessionOf(userId, ["connections:read", "connections:write"]);
  const path = `/connections/user:${userId}`;
  const body = { resource: "me/messages", change_types: ["created"] };
  const made = await front(`${path}/watches`, { method: "POST", credential, body });
  const read = await front(`${path}/changes`, { credential });
  expect([made.status, read.status]).toEqual([403, 403]);
  expect((await front(`${path}/watches`, { credential })).status).toBe(200);
});

test("the pipeline gets what EVENTS_TYPES names, and no event", async () => {
  const { id, post } = await watched();
  await post("a");
  await post("b");
  await expect.poll(() => inPipeline(id).map(({ item }) => item)).toEqual(["a", "b"]);
  expect(inPipeline(id)[0]).toMatchObject({
    type: "change.updated",
    seq: 1,
    resource: "Users/1/Messages/a",
  });
});

test("a thousand notifications at once, each of them twice, lose nothing and double nothing", async () => {
  const { id, stub, post } = await watched();
  const socket = await follow(stub, { changes: {} });
  const items = Array.from({ length: 1_000 }, (_, place) => `i${place}`);
  const answers = await Promise.all(items.flatMap((item) => [post(item), post(item)]));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  const { changes } = expectOk(await stub.changes({ limit: 1_000 }));
  expect(changes.map(({ item }) => item).toSorted()).toEqual(items.toSorted());
  expect(changes.map(({ seq }) => seq)).toEqual(items.map((_, place) => place + 1));
  await expect.poll(() => itemsOf(socket)).toEqual(changes.map(({ item }) => item));
  await expect.poll(() => inPipeline(id).length, { timeout: 5_000 }).toBe(1_000);
  const listed = await front(`/connections/${id}/watches`, { credential: allKey });
  expect((await listed.json<{ data: object[] }>()).data[0]).not.toHaveProperty("gap_since");
}, 30_000);
