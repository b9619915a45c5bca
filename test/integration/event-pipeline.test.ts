import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ConnectionEvent } from "../../src/contract/connection-events.ts";
import type { Environment, EventPipeline } from "../../src/platform/env.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk } from "./support/connections.ts";

const send = vi.fn<EventPipeline["send"]>();
const environment: Environment = env;
environment.EVENTS = { send };

const clock = clockOfEachTest();
beforeEach(() => {
  send.mockReset();
  send.mockResolvedValue();
});

const sentOf = (id: string): ConnectionEvent[] =>
  send.mock.calls
    .flatMap(([records]) => records as readonly ConnectionEvent[])
    .filter(({ connection }) => connection === id);

describe("the pipeline", () => {
  test("gets every event in order, all that wait at once", async () => {
    const { id, stub } = await connected();
    await expect.poll(() => sentOf(id).length).toBe(2);
    const before = send.mock.calls.length;
    send.mockRejectedValueOnce(new Error("no room"));
    expectOk(await stub.refresh());
    await expect.poll(() => send.mock.calls.length).toBe(before + 1);
    expectOk(await stub.disconnect());
    await clock.advance(10);
    await runDurableObjectAlarm(stub);
    await expect.poll(() => sentOf(id).at(-1)?.type).toBe("connection.disconnected");
    const { events } = expectOk(await stub.events());
    expect([...new Set(sentOf(id).map(({ seq }) => seq))]).toEqual(events.map(({ seq }) => seq));
    expect(send.mock.calls.at(-1)?.[0]).toEqual(events.slice(-2));
  });

  test("that never ends to take them delays nothing", async () => {
    send.mockReturnValue(new Promise(() => {}));
    const { id, stub } = await connected();
    await expect.poll(() => send.mock.calls.length).toBe(1);
    expectOk(await stub.refresh());
    expect(expectOk(await stub.info()).status).toBe("active");
    expect(sentOf(id)).not.toHaveLength(0);
  });
});
