import { afterAll, beforeAll, expect, it } from "vitest";
import { AzureClient } from "../../src/client/index.ts";
import { startEvictableWorker, type EvictableWorker } from "../support/evictable-worker.ts";
import { keptFor, notify, type KeptSubscription } from "../support/notification-sender.ts";
import { signIn } from "../support/sign-in.ts";

const userId = "asleep";
/** Milliseconds, on a machine that is busy with other things. */
const patience = 60_000;

let worker: EvictableWorker;
let connection: ReturnType<AzureClient["connection"]>;
let subscription: KeptSubscription;

beforeAll(async () => {
  worker = await startEvictableWorker();
  await signIn(worker.url, { userId });
  const azure = new AzureClient({ baseUrl: worker.url, apiKey: "azk_all_all-secret" });
  connection = azure.connection({ userId });
  await connection.watch({ resource: "me/messages", changeTypes: ["created"] });
  const [kept] = await keptFor(worker.sandbox, connection.id);
  if (kept === undefined) throw new Error("Graph keeps nothing");
  subscription = kept;
  await worker.evict(connection.id);
}, patience);

afterAll(() => worker.close());

const post = async (url: string, body = "") => {
  const answer = await fetch(url, { method: "POST", body });
  return { status: answer.status, text: await answer.text() };
};

it("wakes nobody for a validation, whose answer is there all the same", async () => {
  const url = `${subscription.notificationUrl}&validationToken=a%2Bb%20c`;
  expect(await post(url)).toEqual({ status: 200, text: "a+b c" });
  expect(await worker.wasAwake(connection.id)).toBe(false);
});

it("wakes nobody for an address that is not ours", async () => {
  const [address, mac] = subscription.notificationUrl.split(/(?<=\.)(?=[^.]+$)/);
  const forged = `${address}${mac?.startsWith("A") ? "B" : "A"}${mac?.slice(1)}`;
  const { status } = await post(forged, JSON.stringify({ value: [{ changeType: "created" }] }));
  expect(status).toBe(202);
  expect(await post(`${forged}&validationToken=x`)).toEqual({ status: 202, text: "" });
  expect(await worker.wasAwake(connection.id)).toBe(false);
});

it("wakes the connection for a notification, and keeps it", async () => {
  expect(await notify(subscription, "woken")).toBe(202);
  expect(await worker.wasAwake(connection.id)).toBe(true);
  const { data } = await connection.changes();
  expect(data).toMatchObject([{ seq: 1, type: "change.created", item: "woken" }]);
});
