import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConnectionActor } from "../../src/connection/actor.ts";
import { SimulatedClock } from "./support/clock.ts";
import { connected } from "./support/connections.ts";

const minute = 60_000;

let clock: SimulatedClock;
beforeEach(() => {
  clock = new SimulatedClock();
});
afterEach(async () => {
  await clock.restore();
});

test("an alarm that rings while the configuration is broken is not lost", async () => {
  const { stub } = await connected();
  await runInDurableObject(stub, async (_, ctx) => {
    const broken = new ConnectionActor(ctx, { ...env, SESSION_SECRET: "" });
    await ctx.storage.deleteAlarm();
    await broken.alarm();
    expect(await ctx.storage.getAlarm()).toBe(Date.now() + 15 * minute);
  });
});
