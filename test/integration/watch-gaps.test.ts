import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { ChangeKind, Watch } from "../../src/contract/watch.ts";
import { carrierOfEachTest } from "./support/carrier.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, signIn, type Stub } from "./support/connections.ts";
import { front } from "./support/front.ts";
import { sandbox } from "./support/sandbox.ts";
import { eventsOf, gapsOf, keptFor, only, settled } from "./support/watching.ts";

const account = "ada@contoso.example";
const clock = clockOfEachTest();
carrierOfEachTest();
const minute = 60;
const day = 24 * 60 * minute;
const graph = "https://graph.microsoft.com/v1.0";

afterEach(async () => {
  await sandbox.reset();
});

const inbox: { resource: string; changeTypes: ChangeKind[] } = {
  resource: "me/mailFolders('inbox')/messages",
  changeTypes: ["created"],
};

/** A connection whose one watch is active and, where it catches up, knows from where. */
async function watching(request: { resource: string; changeTypes: ChangeKind[] }, catchUp = false) {
  const scopes = ["Calendars.ReadWrite", "Files.ReadWrite.All"];
  const { id, stub } = await connected(account, { scopes });
  expect(expectOk(await stub.watch({ ...request, catchUp })).state).toBe("active");
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    const { delta_link: link } = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT delta_link FROM watch").one(),
    );
    expect(link !== null).toBe(catchUp);
  }, 4_000);
  const [kept] = await keptFor(id);
  if (kept === undefined) throw new Error("Graph keeps nothing");
  return { id, stub, kept };
}

/** Lets time go on in steps, alarms ringing as they are due. */
async function pass(stub: Stub, seconds: number, step: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += step) {
    await clock.advance(step);
    await runDurableObjectAlarm(stub);
  }
}

/** Waits until what was missed is read. */
const caughtUp = (stub: Stub): Promise<Watch> =>
  vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    const watch = await only(stub);
    expect([watch.state, watch.gap_since]).toEqual(["active", undefined]);
    expect((await gapsOf(stub)).at(-1)).toMatchObject({ caught_up: true });
    return watch;
  }, 8_000);

const changesIn = async (stub: Stub) => expectOk(await stub.changes()).changes;
const gaps = async (stub: Stub) =>
  (await gapsOf(stub)).map(({ reason, caught_up: over }) => (over ? `${reason} over` : reason));

/** Writes to Graph as the user. @returns the item's id */
async function write(stub: Stub, method: string, path: string, body: unknown): Promise<string> {
  const answer = await stub.fetch(graph + path, {
    method,
    headers: { "content-type": typeof body === "string" ? "text/plain" : "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  expect(answer.ok).toBe(true);
  return (await answer.json<{ id: string }>()).id;
}

test("Graph that is down for an hour when a watch is due costs no change", async () => {
  const { id, stub, kept } = await watching(inbox);
  const before = Date.parse((await only(stub)).expires_at ?? "");
  await clock.advance(3.6 * day);
  await sandbox.fault({
    match: { url: "/subscriptions" },
    times: 1_000,
    respond: { status: 503, headers: {}, body: "" },
  });
  const mark = await sandbox.mark();
  await pass(stub, 60 * minute, minute);
  const down = await only(stub);
  expect(down).toMatchObject({ state: "active", error: { code: "upstream_unavailable" } });
  const asked = (await sandbox.requests(mark)).filter(({ method }) => method === "PATCH");
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.length).toBeLessThan(40);

  await sandbox.control("DELETE", "/faults");
  await vi.waitFor(async () => {
    await pass(stub, 60 * minute, 10 * minute);
    expect(Date.parse((await only(stub)).expires_at ?? "")).toBeGreaterThan(before);
  }, 6_000);
  expect(await only(stub)).not.toHaveProperty("error");
  expect(await gaps(stub)).toEqual([]);
  expect((await keptFor(id)).map((one) => one.id)).toEqual([kept.id]);
});

describe("a subscription that is gone", () => {
  test("by Graph's word is made anew, and what came meanwhile is reported", async () => {
    const { id, stub, kept } = await watching(inbox, true);
    // The word is on its way, and the message is before it is there.
    await sandbox.forget(kept.id);
    await sandbox.message({ user: account, subject: "Nobody told of this" });
    const word = {
      subscriptionId: kept.id,
      clientState: kept.clientState,
      lifecycleEvent: "subscriptionRemoved",
    };
    const taken = await front(kept.notificationUrl, { method: "POST", body: { value: [word] } });
    expect(taken.status).toBe(202);
    await caughtUp(stub);
    expect(await changesIn(stub)).toMatchObject([{ type: "change.created" }]);
    expect(await gaps(stub)).toEqual(["removed", "removed over"]);
    expect(await keptFor(id)).toHaveLength(1);
  });

  test("without a word is found within a day where Graph says none, with what came meanwhile", async () => {
    const drive = { resource: "me/drive/root", changeTypes: ["updated" as const] };
    const { id, stub, kept } = await watching(drive, true);
    await sandbox.forget(kept.id);
    const item = await write(stub, "PUT", "/me/drive/root:/missed.txt:/content", "missed");
    await clock.advance(1.1 * day);
    await caughtUp(stub);
    expect((await changesIn(stub)).map((change) => change.item)).toContain(item);
    expect(await gaps(stub)).toEqual(["removed", "removed over"]);
    expect((await keptFor(id)).map((one) => one.id)).not.toContain(kept.id);
  });
});

describe("notifications that Graph could not deliver", () => {
  test("are read by delta", async () => {
    const { stub, kept } = await watching(inbox, true);
    await sandbox.notification({ subscription: kept.id, drop: true });
    await sandbox.message({ user: account, subject: "Lost" });
    await sandbox.notification({ subscription: kept.id, lifecycle: "missed" });
    await caughtUp(stub);
    expect(await changesIn(stub)).toMatchObject([{ type: "change.created" }]);
    expect(await gaps(stub)).toEqual(["missed", "missed over"]);
  });

  test("are a gap where nothing catches up", async () => {
    const { stub, kept } = await watching(inbox);
    await sandbox.notification({ subscription: kept.id, lifecycle: "missed" });
    await vi.waitFor(async () => expect(await gaps(stub)).toEqual(["missed"]), 4_000);
    expect(await only(stub)).toMatchObject({
      state: "active",
      gap_since: expect.stringMatching(/Z$/),
    });
  });

  test("of a calendar are read from its view", async () => {
    const events = { resource: "me/events", changeTypes: ["created" as const] };
    const { stub, kept } = await watching(events, true);
    await sandbox.notification({ subscription: kept.id, drop: true });
    const hour = 60 * minute * 1_000;
    const at = (moment: number) => ({
      dateTime: new Date(moment).toISOString().slice(0, 19),
      timeZone: "UTC",
    });
    const item = await write(stub, "POST", "/me/events", {
      subject: "Missed",
      start: at(Date.now() + 24 * hour),
      end: at(Date.now() + 25 * hour),
    });
    await sandbox.notification({ subscription: kept.id, lifecycle: "missed" });
    await caughtUp(stub);
    expect(await changesIn(stub)).toMatchObject([{ type: "change.created", item }]);
    expect(await gaps(stub)).toEqual(["missed", "missed over"]);
  });
});

test("a grant that is dead for two days has one gap, and what came in it is reported", async () => {
  const { id, stub } = await watching(inbox, true);
  // Graph ends the subscription with it, and says so.
  await sandbox.revoke(account);
  await vi.waitFor(async () => expect(await gaps(stub)).toEqual(["removed"]), 4_000);
  const blocked = await settled(stub, "blocked");
  expect(blocked.remedy).toMatchObject({ action: "sign_in" });
  expect(await keptFor(id)).toEqual([]);

  await sandbox.message({ user: account, subject: "On the first day" });
  const mark = await sandbox.mark();
  await pass(stub, 2 * day, 60 * minute);
  await sandbox.message({ user: account, subject: "On the second day" });
  expect(await sandbox.requests(mark)).not.toContainEqual(
    expect.objectContaining({ url: expect.stringContaining("/subscriptions") }),
  );

  expectOk(await signIn(stub, account));
  await caughtUp(stub);
  expect(await changesIn(stub)).toMatchObject([
    { type: "change.created" },
    { type: "change.created" },
  ]);
  expect(await gaps(stub)).toEqual(["removed", "removed over"]);
  expect(await eventsOf(stub)).toEqual([
    "watch.active",
    "watch.gap",
    "watch.blocked",
    "watch.active",
    "watch.gap",
  ]);
  expect(await keptFor(id)).toHaveLength(1);
});
