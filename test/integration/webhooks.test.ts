import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { EventType } from "../../src/contract/connection-events.ts";
import { webhooks } from "../../src/config/webhooks.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, type Stub } from "./support/connections.ts";
import { directory, rowWhen } from "./support/directory.ts";
import { reconfigured } from "./support/reconfigured.ts";
import { sandbox } from "./support/sandbox.ts";
import {
  configureWebhooks,
  receiverSecret,
  receiverUrl,
  secretOf,
  WebhookReceiver,
} from "./support/webhook-receiver.ts";

const hour = 3_600;
const day = 24 * hour;
const statusTypes: EventType[] = ["connection.connected", "connection.disconnected"];

configureWebhooks([
  { id: "all", url: receiverUrl("all"), secret: receiverSecret },
  { id: "status", url: receiverUrl("status"), secret: receiverSecret, types: statusTypes },
]);

const clock = clockOfEachTest();
let receiver: WebhookReceiver;
beforeEach(() => {
  receiver = new WebhookReceiver();
  receiver.listen();
});

const typesAt = (path: string, id: string) => receiver.eventsOf(id, path).map(({ type }) => type);

/** Lets a connection's time go on until nothing waits for a sink, but not longer than so many rings. */
async function settle(stub: Stub, rings = 40): Promise<void> {
  for (let ring = 0; ring < rings; ring += 1) {
    const due = await nextDelivery(stub);
    if (due === null) return;
    await clock.advance(Math.max(0, (due - Date.now()) / 1_000));
    await runDurableObjectAlarm(stub);
  }
  throw new Error("the outbox does not empty");
}

const nextDelivery = (stub: Stub): Promise<number | null> =>
  runInDurableObject(stub, (_, { storage: { sql } }) => {
    const due = sql.exec("SELECT min(due_at) AS due FROM outbox").one()["due"];
    return typeof due === "number" ? due : null;
  });

const pausedSinks = (stub: Stub): Promise<string[]> =>
  runInDurableObject(stub, (_, { storage: { sql } }) =>
    sql
      .exec("SELECT sink FROM outbox WHERE paused IS NOT NULL")
      .toArray()
      .map((row) => String(row["sink"])),
  );

/** A grant lost and won again: four events. */
async function loseAndWin(stub: Stub): Promise<void> {
  await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts: 50173 });
  await clock.advance(11);
  await stub.refresh();
  await clock.advance(11);
  expectOk(await stub.refresh());
}

const eventsOf = async (stub: Stub) => expectOk(await stub.events({ limit: 200 })).events;

describe("a webhook", () => {
  test("gets every event once, in order, as the log has it", async () => {
    const { id, stub } = await connected();
    await loseAndWin(stub);
    expectOk(await stub.disconnect());
    await settle(stub);
    expect(receiver.eventsOf(id, "all")).toEqual(await eventsOf(stub));
    expect(typesAt("all", id).at(-1)).toBe("connection.disconnected");
  });

  test("gets only the types it asked for", async () => {
    const { id, stub } = await connected();
    await loseAndWin(stub);
    expectOk(await stub.disconnect());
    await settle(stub);
    expect(typesAt("status", id)).toEqual(["connection.connected", "connection.disconnected"]);
  });

  test("can prove sender, age and identity of what it gets", async () => {
    const { id, stub } = await connected();
    await settle(stub);
    const first = receiver.received.find(({ event }) => event.connection === id);
    expect(first?.headers.get("webhook-id")).toBe(first?.event.id);
    expect(first?.headers.get("webhook-timestamp")).toBe(String(Math.floor(Date.now() / 1_000)));
    expect(first?.headers.get("content-type")).toBe("application/json");
  });

  test("can change its secret while both of them sign", async () => {
    const next = `whsec_${btoa("another secret of thirty-two bytes")}`;
    const secret = `${next},${receiverSecret}`;
    const both = webhooks(JSON.stringify([{ id: "all", url: receiverUrl("all"), secret }]), {
      sandbox: false,
    });
    const { id, stub } = await connected();
    await settle(stub);
    await reconfigured(stub, { webhooks: both.ok ? both.value : [] }, async (parts) => {
      parts.disconnect();
      await parts.alarm.run();
    });
    const last = receiver.received.findLast(({ event }) => event.connection === id);
    expect(last?.event.type).toBe("connection.disconnected");
    const headers = Object.fromEntries(last?.headers ?? []);
    for (const one of [next, receiverSecret]) {
      expect(new Webhook(one).verify(JSON.stringify(last?.event), headers)).toEqual(last?.event);
    }
  });

  test("that redirects is not followed, and has not taken the event", async () => {
    receiver.answer("all", () => Response.redirect(receiverUrl("elsewhere"), 307));
    const { id, stub } = await connected();
    await runDurableObjectAlarm(stub);
    expect(typesAt("elsewhere", id)).toEqual([]);
    receiver.answer("all", () => new Response());
    await settle(stub);
    expect(new Set(typesAt("all", id))).toEqual(
      new Set((await eventsOf(stub)).map(({ type }) => type)),
    );
  });
});

describe("a webhook that does not answer", () => {
  test("for two days then gets everything, in order, though the log is longer than it shows", async () => {
    const { id, stub } = await connected();
    await settle(stub);
    const before = receiver.eventsOf(id, "all").length;
    receiver.answer("all", () => new Response(null, { status: 503 }));
    for (let round = 0; round < 52; round += 1) {
      await loseAndWin(stub);
      await clock.advance((2 * day) / 52 - 22);
      await runDurableObjectAlarm(stub);
    }
    const tries = receiver.eventsOf(id, "all").length - before;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(52);
    receiver.answer("all", () => new Response());
    await settle(stub);
    const seen = [...new Set(receiver.eventsOf(id, "all").map(({ seq }) => seq))];
    const last = (await eventsOf(stub)).at(-1)?.seq ?? 0;
    expect(last).toBeGreaterThan(205);
    expect(seen).toEqual(Array.from({ length: last }, (_, index) => index + 1));
    const kept = await runInDurableObject(stub, (_, { storage: { sql } }) => {
      return Number(sql.exec("SELECT count(*) AS kept FROM event").one()["kept"]);
    });
    expect(kept).toBeGreaterThan(200);
    await loseAndWin(stub);
    await settle(stub);
    expect((await eventsOf(stub)).length).toBe(200);
  });

  test("delays no renewal, and no other webhook", async () => {
    const { id, stub } = await connected();
    await settle(stub);
    await (await stub.fetch("https://graph.microsoft.com/v1.0/me")).arrayBuffer();
    const held = Promise.withResolvers<Response>();
    receiver.answer("all", () => held.promise);
    await clock.advance(hour);
    // The first ring finds a renewal due; its event is what the receiver then holds on to.
    await runDurableObjectAlarm(stub);
    // Should the object die now, somebody has to look at what became of the delivery.
    const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect((alarm ?? Infinity) - Date.now()).toBeLessThanOrEqual(30_000);
    const mark = await sandbox.mark();
    await (await stub.fetch("https://graph.microsoft.com/v1.0/me")).arrayBuffer();
    await clock.advance(hour);
    await runDurableObjectAlarm(stub);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    expectOk(await stub.disconnect());
    await runDurableObjectAlarm(stub);
    expect(typesAt("status", id).at(-1)).toBe("connection.disconnected");
    held.resolve(new Response());
    await expect.poll(() => typesAt("all", id).at(-1)).toBe("connection.disconnected");
  });

  test("is tried no sooner than it asks for", async () => {
    receiver.answer(
      "all",
      () => new Response(null, { status: 429, headers: { "retry-after": "3600" } }),
    );
    const { id, stub } = await connected();
    await expect.poll(() => typesAt("all", id).length).toBe(1);
    await clock.advance(hour - 1);
    await runDurableObjectAlarm(stub);
    expect(typesAt("all", id)).toHaveLength(1);
    await clock.advance(2);
    await runDurableObjectAlarm(stub);
    expect(typesAt("all", id)).toHaveLength(2);
  });

  test("for three days is paused, said so, and tried again a day later with the next event", async () => {
    const { id, stub } = await connected();
    await settle(stub);
    const logged = vi.spyOn(console, "log");
    receiver.answer("all", () => Promise.reject(new TypeError("connection lost")));
    await loseAndWin(stub);
    await settle(stub);
    expect(await pausedSinks(stub)).toEqual(["webhook:all"]);
    expect(logged).toHaveBeenCalledWith(expect.stringContaining('"delivery_paused"'));
    const tries = typesAt("all", id).length;
    await loseAndWin(stub);
    await settle(stub);
    expect(typesAt("all", id)).toHaveLength(tries);

    receiver.answer("all", () => new Response());
    await clock.advance(day);
    expectOk(await stub.disconnect());
    await settle(stub);
    expect(await pausedSinks(stub)).toEqual([]);
    const seen = [...new Set(receiver.eventsOf(id, "all").map(({ seq }) => seq))];
    expect(seen).toEqual((await eventsOf(stub)).map(({ seq }) => seq));
  });
});

describe("a webhook that answers 410", () => {
  test("gets no more until it is configured anew, and the log says so", async () => {
    const logged = vi.spyOn(console, "log");
    receiver.answer("all", () => new Response(null, { status: 410 }));
    const { id, stub } = await connected();
    await settle(stub);
    expect(typesAt("all", id)).toHaveLength(1);
    expect(await pausedSinks(stub)).toEqual(["webhook:all"]);
    const row = await rowWhen(id, (entry) => entry?.paused_sinks !== null);
    expect(row).toMatchObject({ status: "active", paused_sinks: "webhook:all" });
    expect(await directory.census.pausedSinks()).toEqual({ "webhook:all": 1 });
    const line = logged.mock.calls
      .map(([text]) => String(text))
      .find((text) => /paused/.test(text));
    expect(JSON.parse(line ?? "")).toMatchObject({
      level: "error",
      event: "delivery_paused",
      sink: "webhook:all",
      code: "http_410",
    });
    await clock.advance(2 * day);
    await loseAndWin(stub);
    await settle(stub);
    expect(typesAt("all", id)).toHaveLength(1);

    receiver.answer("anew", () => new Response());
    const moved = { id: "all", url: receiverUrl("anew"), secrets: [secretOf(receiverSecret)] };
    const { events } = expectOk(await stub.events({ limit: 200 }));
    const types = [...new Set(events.map(({ type }) => type)), ...statusTypes];
    await reconfigured(
      stub,
      { webhooks: [{ ...moved, types, changeTypes: [] }] },
      async (parts) => {
        parts.disconnect();
        await parts.alarm.run();
      },
    );
    expect(receiver.eventsOf(id, "anew")).toEqual(await eventsOf(stub));
    await runDurableObjectAlarm(stub);
    expect(await rowWhen(id, (entry) => entry?.paused_sinks === null)).toMatchObject({
      status: "disconnected",
      paused_sinks: null,
    });
  });
});

describe("a crash", () => {
  test("between the delivery and the note of it sends the event again, under the same id", async () => {
    const { id, stub } = await connected();
    await settle(stub);
    const crash = () => runInDurableObject(actorOf(id), (_, state) => state.abort("crash"));
    receiver.answer("all", async () => {
      receiver.answer("all", () => new Response());
      await crash().catch(() => undefined);
      return new Response();
    });
    expectOk(await stub.disconnect());
    await runDurableObjectAlarm(stub).catch(() => undefined);
    const woken = actorOf(id);
    await clock.advance(60);
    await runDurableObjectAlarm(woken);
    await settle(woken);
    const told = receiver
      .eventsOf(id, "all")
      .filter(({ type }) => type === "connection.disconnected");
    expect(told.length).toBeGreaterThan(1);
    expect(new Set(told.map((event) => event.id)).size).toBe(1);
    expect(typesAt("status", id).at(-1)).toBe("connection.disconnected");
  });
});

describe("a sign-in that nobody finishes", () => {
  test("is forgotten only after every sink has its events", async () => {
    const id = `user:${newUser()}`;
    const stub = actorOf(id);
    receiver.answer("all", () => new Response(null, { status: 500 }));
    expectOk(await stub.beginAuthorization({ start: "user" }));
    await clock.advance(hour);
    await runDurableObjectAlarm(stub);
    expect(expectOk(await stub.info()).status).toBe("pending");
    receiver.answer("all", () => new Response());
    await clock.advance(6 * hour);
    await runDurableObjectAlarm(stub);
    await runDurableObjectAlarm(stub);
    await expect.poll(async () => (await stub.info()).ok).toBe(false);
    expect(new Set(typesAt("all", id))).toEqual(new Set(["connection.pending"]));
    expect(await directory.read(id)).toBeUndefined();
  });
});
