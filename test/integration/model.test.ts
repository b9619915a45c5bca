import { env } from "cloudflare:workers";
import { assert, asyncProperty } from "fast-check";
import { afterAll, beforeAll, test, vi } from "vitest";
import { sha256Hex } from "../../src/connection/grant/authorization-state.ts";
import { Directory } from "../../src/directory/directory.ts";
import { schedule, type Schedule } from "./model/commands.ts";
import { healing } from "./model/healing.ts";
import { Invariants } from "./model/invariants.ts";
import { Microsoft } from "./model/microsoft.ts";
import { Mortality } from "./model/mortality.ts";
import { World } from "./model/world.ts";

let microsoft: Microsoft;
let mortality: Mortality;
const { random } = Math;
beforeAll(async () => {
  microsoft = await Microsoft.start();
  mortality = new Mortality();
  // The directory is another process: what it takes of time would not be the same twice.
  vi.spyOn(Directory.prototype, "upsert").mockResolvedValue();
  vi.spyOn(Directory.prototype, "removePending").mockResolvedValue();
});
afterAll(() => {
  vi.useRealTimers();
  Math.random = random;
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function run({ account, steps }: Schedule): Promise<void> {
  // Its name decides when a connection renews: the same schedule has the same one.
  const name = await sha256Hex(JSON.stringify([account, steps]));
  const world = await World.begin(`user:u-${name}`, microsoft, mortality);
  const invariants = new Invariants(world);
  const take = async (step: Schedule["steps"][number]) => {
    await world.take(step);
    const faults = invariants.check();
    if (faults.length > 0) {
      throw new Error(`after step ${world.step}, ${step.command.do}: ${faults.join("; ")}`);
    }
  };
  try {
    if (account !== undefined) {
      await take({ command: { do: "signIn", account }, hold: false, answer: { as: "service" } });
      await take({ command: { do: "watch" }, hold: false, answer: { as: "service" } });
    }
    for (const step of steps) await take(step);
    const heals = healing(world);
    let next = await heals.next();
    for (; next.done !== true; next = await heals.next()) await take(next.value);
    if (next.value.length > 0) throw new Error(next.value.join("; "));
  } catch (error) {
    await world.abandon();
    throw error;
  }
  await world.end();
}

test("a connection keeps its word, whatever happens to it and in whatever order", async () => {
  const { runs, seed, path } = env.MODEL;
  await assert(asyncProperty(schedule, run), {
    numRuns: runs,
    seed,
    // A failure is told at once; replayed by its path, it is made as short as it can be.
    endOnFailure: path === "",
    ...(path !== "" && { path }),
  });
}, 3_600_000);
