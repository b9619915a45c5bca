import { sha256Hex } from "../../src/platform/keys.ts";
import type { Schedule } from "./model/commands.ts";
import { healing } from "./model/healing.ts";
import { Invariants } from "./model/invariants.ts";
import { traceOf } from "./trace.ts";
import { World, type WorldOptions } from "./model/world.ts";

export interface RunOptions extends WorldOptions {
  /** Gets what each step came to. */
  observe?: ((trace: string) => void) | undefined;
}

/** Runs one schedule, and what heals after it. Throws at what does not hold. */
export async function runSchedule(schedule: Schedule, options: RunOptions): Promise<void> {
  const { account, isWide, watched, steps } = schedule;
  // Its name decides when a connection renews: the same schedule has the same one.
  const name = await options.host.run(() => sha256Hex(JSON.stringify([account, steps])));
  const world = await World.begin(`user:u-${name}`, options, schedule);
  const invariants = new Invariants(world);
  const take = async (step: Schedule["steps"][number]) => {
    await world.take(step);
    options.observe?.(traceOf(world, step));
    const faults = invariants.check();
    if (faults.length > 0) {
      throw new Error(`after step ${world.step}, ${step.command.do}: ${faults.join("; ")}`);
    }
  };
  try {
    if (account !== undefined) {
      await take({
        command: isWide
          ? { do: "start", account, as: "wide", upTo: "callback" }
          : { do: "signIn", account },
        hold: false,
        answer: { as: "service" },
      });
    }
    if (watched) await take({ command: { do: "watch" }, hold: false, answer: { as: "service" } });
    for (const step of steps) await take(step);
    const heals = healing(world);
    let next = await heals.next();
    for (; next.done !== true; next = await heals.next()) await take(next.value);
    const sick = [...next.value, ...invariants.healed()];
    if (sick.length > 0) throw new Error(sick.join("; "));
  } catch (error) {
    await world.abandon();
    throw error;
  }
  await world.end();
}
