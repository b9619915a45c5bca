import { env } from "cloudflare:workers";
import { assert, asyncProperty } from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { configOf } from "../../src/config/config.ts";
import { Directory } from "../../src/directory/directory.ts";
import { importSigningKey, signingMaterial } from "../sandbox/signing-key.ts";
import { createLightMicrosoft } from "../simulation/microsoft/light-microsoft.ts";
import { createLightWorld } from "../simulation/microsoft/light-world.ts";
import { commonSchedule, type Schedule } from "../simulation/model/commands.ts";
import { Microsoft } from "../simulation/model/microsoft.ts";
import { oddAnswers } from "../simulation/model/odd-answers.ts";
import { runSchedule } from "../simulation/run-schedule.ts";
import { WorkerdHost } from "./model/workerd-host.ts";

/** Nothing else in the object may be waiting: without a timer the runtime takes it for hung. */
const patience = 10 * 60_000;

/** What a schedule comes to in Node. */
const { fetch: ask } = globalThis;
async function simulated(schedule: Schedule): Promise<string[]> {
  const body = JSON.stringify(schedule);
  const response = await ask("https://simulation.test/", { method: "POST", body });
  return response.json();
}

let microsoft: Microsoft;
let host: WorkerdHost;
const { random } = Math;
beforeAll(async () => {
  const key = await importSigningKey(await signingMaterial("entra"));
  microsoft = new Microsoft(
    await createLightMicrosoft(createLightWorld(), () => key),
    oddAnswers,
    () => {
      const timer = setTimeout(() => undefined, patience);
      return () => clearTimeout(timer);
    },
  );
  // No spy: it would remember every request of thousands of schedules.
  vi.stubGlobal("fetch", (input: RequestInfo, init?: RequestInit) =>
    microsoft.receive(new Request(input, init)),
  );
  host = new WorkerdHost();
  // The directory is another process: what it takes of time would not be the same twice.
  vi.spyOn(Directory.prototype, "upsert").mockImplementation(async (entry) =>
    host.receivers?.upsert(entry),
  );
  vi.spyOn(Directory.prototype, "removePending").mockImplementation(async (_, version) =>
    host.receivers?.removePending(version),
  );
});
afterAll(async () => {
  await ask("https://simulation.test/", { method: "DELETE" });
  vi.useRealTimers();
  Math.random = random;
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a connection keeps its word here as in the simulation, step by step", async () => {
  const { runs, seed } = env.MODEL;
  const config = configOf(env);
  if (!config.ok) throw new Error(config.error.message);
  const { encryptionKeys: keys, sessionSecret } = config.value;
  const property = asyncProperty(commonSchedule, async (schedule) => {
    const trace: string[] = [];
    const observe = (seen: string) => trace.push(seen);
    await runSchedule(schedule, { host, microsoft, keys, sessionSecret, observe });
    expect(trace).toEqual(await simulated(schedule));
  });
  await assert(property, { numRuns: runs, seed, endOnFailure: true });
}, 3_600_000);
