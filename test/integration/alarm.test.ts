import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { ConnectionActor } from "../../src/connection/actor.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk } from "./support/connections.ts";

const minute = 60_000;

const clock = clockOfEachTest();

test("an alarm that runs while the configuration is broken is not lost", async () => {
  const { stub } = await connected();
  await runInDurableObject(stub, async (_, ctx) => {
    const broken = new ConnectionActor(ctx, { ...env, SESSION_SECRET: "" });
    await ctx.storage.deleteAlarm();
    await broken.alarm();
    expect(await ctx.storage.getAlarm()).toBe(Date.now() + 15 * minute);
  });
});

test("an alarm that is overdue is set again by the first touch of a life", async () => {
  const { id, stub } = await connected();
  await (await stub.fetch("https://graph.microsoft.com/v1.0/me")).arrayBuffer();
  await runInDurableObject(stub, (_, ctx) => ctx.abort("restart")).catch(() => undefined);
  // The pool's own clock stays behind: as if the platform had forgotten to ring.
  await clock.advance(4_000);
  const woken = actorOf(id);
  const set = await runInDurableObject(woken, (_, ctx) => vi.spyOn(ctx.storage, "setAlarm"));
  expectOk(await woken.info());
  await expect.poll(() => set.mock.calls.length).toBe(1);
  expect(Number(set.mock.calls[0]?.[0])).toBeLessThan(Date.now());
});

test("an alarm whose work fails unexpectedly runs again a minute later, not at once", async () => {
  const { stub } = await connected();
  await (await stub.fetch("https://graph.microsoft.com/v1.0/me")).arrayBuffer();
  await clock.advance(3_500);
  await runInDurableObject(stub, () => {
    vi.spyOn(crypto.subtle, "encrypt").mockRejectedValue(new Error("no entropy"));
  });
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  const next = await runInDurableObject(stub, (_, ctx) => ctx.storage.getAlarm());
  expect(next).toBe(Date.now() + minute);
});
