import { afterEach, beforeEach, expect, test } from "vitest";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import { carrierOfEachTest } from "./support/carrier.ts";
import { connected, expectOk } from "./support/connections.ts";
import { front } from "./support/front.ts";
import { bindMetrics, recordPoints, type Row } from "./support/recorder.ts";
import { sandbox } from "./support/sandbox.ts";
import { changesOf, eventsOf, keptFor, only } from "./support/watching.ts";

const account = "ada@contoso.example";

carrierOfEachTest();
let points: Row[];
beforeEach(() => {
  points = recordPoints();
});
afterEach(async () => {
  bindMetrics(undefined);
  await sandbox.reset();
});

const counted = () =>
  points
    .filter(({ kind }) => kind === "notification")
    .map(({ connection, outcome, notifications }) => [connection, outcome, notifications]);

async function watched() {
  const { id, stub } = await connected(account);
  expectOk(await stub.watch({ resource: "me/messages", changeTypes: ["created"] }));
  const [kept] = await keptFor(id);
  if (kept === undefined) throw new Error("Graph keeps nothing");
  return { id, stub, kept, hash: connectionHash(id) };
}

test("a notification with another clientState changes nothing, and is counted", async () => {
  const { stub, kept, hash } = await watched();
  const before = { watch: await only(stub), events: await eventsOf(stub) };
  await sandbox.notification({ subscription: kept.id, wrong_state: true });
  await sandbox.message({ user: account });
  await expect.poll(counted, { timeout: 4_000 }).toEqual([[hash, "dropped", 1]]);
  expect(expectOk(await stub.changes()).changes).toEqual([]);
  expect({ watch: await only(stub), events: await eventsOf(stub) }).toEqual(before);
  // Neither is a word about the subscription believed.
  const word = {
    subscriptionId: kept.id,
    clientState: "not-the-state-of-this-subscription",
    lifecycleEvent: "subscriptionRemoved",
  };
  const removed = await front(kept.notificationUrl, { method: "POST", body: { value: [word] } });
  expect(removed.status).toBe(202);
  expect(await only(stub)).toEqual(before.watch);
  expect(counted().at(-1)).toEqual([hash, "dropped", 1]);
});

test("what was kept, and what came once more, is counted", async () => {
  const { stub, kept, hash } = await watched();
  await sandbox.notification({ subscription: kept.id, duplicate: 3 });
  await sandbox.message({ user: account });
  await changesOf(stub, 1);
  await expect.poll(counted, { timeout: 4_000 }).toEqual([
    [hash, "kept", 1],
    [hash, "repeated", 2],
  ]);
});

test("an address that was forged is counted, of no connection, and reaches none", async () => {
  const { id, stub, kept } = await watched();
  const body = { value: [{ clientState: kept.clientState, changeType: "created" }] };
  const forged = kept.notificationUrl.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
  const moved = kept.notificationUrl.replace(
    btoa(id).replaceAll("=", ""),
    btoa("user:somebody-else").replaceAll("=", ""),
  );
  for (const url of [forged, moved, "/notifications", "/notifications?watch=a.b.c"]) {
    expect((await front(url, { method: "POST", body })).status).toBe(202);
  }
  expect(counted()).toEqual(Array.from({ length: 4 }, () => [undefined, "forged", 1]));
  expect(expectOk(await stub.changes()).changes).toEqual([]);
});
