import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { LiveMessage } from "../../src/contract/connection-events.ts";
import { liveRequest, type LiveRequest } from "../../src/connection/live/live-request.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { sandbox } from "./support/sandbox.ts";

const clock = clockOfEachTest();

/** A socket that remembers what it was told. */
async function watch(stub: Stub, request: Partial<LiveRequest> = {}) {
  const response = await stub.fetch(liveRequest({ expiresAt: null, ...request }));
  const socket = response.webSocket;
  if (socket === null) throw new Error(`no upgrade: ${response.status}`);
  const messages: LiveMessage[] = [];
  const texts: string[] = [];
  let closed: number | undefined;
  socket.addEventListener("message", ({ data }) => {
    if (typeof data !== "string") return;
    if (data.startsWith("{")) messages.push(JSON.parse(data));
    else texts.push(data);
  });
  socket.addEventListener("close", ({ code }) => {
    closed = code;
  });
  socket.accept();
  return { socket, messages, texts, closed: () => closed };
}

const types = (messages: readonly LiveMessage[]) => messages.map(({ type }) => type);

describe("a live socket", () => {
  test("gets the snapshot first and then what happens", async () => {
    const { stub, id } = await connected();
    const live = await watch(stub);
    await expect.poll(() => types(live.messages)).toEqual(["snapshot"]);
    expect(live.messages[0]).toMatchObject({ seq: 2, data: { id, status: "active" } });
    expectOk(await stub.refresh());
    await expect.poll(() => types(live.messages)).toEqual(["snapshot", "token.refreshed"]);
    expect(live.messages[1]).toMatchObject({ seq: 3, connection: id, data: { resource: "graph" } });
  });

  test("gets what it missed, in order, when it says what it has seen", async () => {
    const { stub } = await connected();
    expectOk(await stub.refresh());
    const live = await watch(stub, { after: 1 });
    await expect
      .poll(() => types(live.messages))
      .toEqual(["snapshot", "connection.connected", "token.refreshed"]);
    expect(live.messages[0]).not.toHaveProperty("truncated");
  });

  test("gets word that events are lost when it has been away for too long", async () => {
    const { stub } = await connected();
    for (let round = 0; round < 51; round += 1) {
      await sandbox.fault({ match: { url: "/oauth2/v2.0/token" }, times: 1, aadsts: 50173 });
      await clock.advance(11);
      await stub.refresh();
      await clock.advance(11);
      expectOk(await stub.refresh());
    }
    const live = await watch(stub, { after: 1 });
    await expect.poll(() => live.messages.length).toBe(201);
    expect(live.messages[0]).toMatchObject({ truncated: true });
  }, 60_000);

  test("outlives the sleep of its object", async () => {
    const { stub } = await connected();
    const live = await watch(stub);
    await expect.poll(() => live.messages.length).toBe(1);
    await evictDurableObject(stub);
    expectOk(await stub.refresh());
    await expect.poll(() => types(live.messages)).toEqual(["snapshot", "token.refreshed"]);
  });

  test("reports that the user has to act, and that the connection works again", async () => {
    const { stub } = await connected("grace@contoso.example");
    const live = await watch(stub);
    await sandbox.revoke("grace@contoso.example");
    await (await stub.fetch("https://graph.microsoft.com/v1.0/me")).arrayBuffer();
    await expect
      .poll(() => types(live.messages))
      .toEqual(["snapshot", "connection.action_required", "token.refresh_failed"]);
    expect(live.messages[1]).toMatchObject({
      data: { remedy: { action: "sign_in", aadsts: 50173 } },
    });
    expectOk(await signIn(stub, "grace@contoso.example"));
    await expect.poll(() => types(live.messages).at(-1)).toBe("connection.connected");
  });

  test("is answered pong to ping", async () => {
    const { stub } = await connected();
    const live = await watch(stub);
    live.socket.send("ping");
    await expect.poll(() => live.texts).toEqual(["pong"]);
  });

  test("is closed with 4001 instead of getting more once its credential has expired", async () => {
    const { stub } = await connected();
    const live = await watch(stub, { expiresAt: Date.now() + 60_000 });
    await expect.poll(() => live.messages.length).toBe(1);
    await clock.advance(61);
    expectOk(await stub.refresh());
    await expect.poll(live.closed).toBe(4001);
    expect(types(live.messages)).toEqual(["snapshot"]);
  });

  test("gets the disconnect and is closed with 4004", async () => {
    const { stub } = await connected();
    const live = await watch(stub);
    expectOk(await stub.disconnect());
    await expect.poll(live.closed).toBe(4004);
    expect(types(live.messages)).toEqual(["snapshot", "connection.disconnected"]);
  });

  test("opens once with a ticket, also after the object slept", async () => {
    const { stub } = await connected();
    const ticket = { jti: crypto.randomUUID(), expiresAt: Date.now() + 30_000 };
    await watch(stub, { ticket });
    await evictDurableObject(stub);
    const again = await stub.fetch(liveRequest({ expiresAt: null, ticket }));
    expect(again.status).toBe(401);
  });

  test("does not open on a connection nobody began", async () => {
    const response = await actorOf(`user:${newUser()}`).fetch(liveRequest({ expiresAt: null }));
    expect(response.status).toBe(404);
  });
});
