import type { TenantCommand, TenantSchedule, TenantStep } from "./schedule.ts";
import { tenantFaults } from "./tenant-invariants.ts";
import { TenantWorld, type TenantWorldOptions } from "./tenant-world.ts";

/** Longer than any retry goes on by itself. */
const mostRings = 60;
const day = 86_400;

/** Runs one schedule of a tenant's connection, and what heals it. Throws at what does not hold. */
export async function runTenant(
  schedule: TenantSchedule,
  options: TenantWorldOptions,
): Promise<void> {
  const world = await TenantWorld.begin(options, schedule);
  const take = async (step: TenantStep): Promise<void> => {
    await world.take(step);
    const faults = [...world.faults, ...tenantFaults(world)];
    if (faults.length > 0) {
      throw new Error(`after step ${world.step}, ${step.command.do}: ${faults.join("; ")}`);
    }
  };
  try {
    for (const step of schedule.steps) await take(step);
    const sick = await heal(world, (command) =>
      take({ command, hold: false, answer: { as: "service" } }),
    );
    if (sick !== undefined) throw new Error(sick);
  } catch (error) {
    await world.end(true);
    throw error;
  }
  await world.end(false);
}

/**
 * Everything outside works again, and the tenant lets the application in: the connection has to be well, by
 * its alarm where it waits for roles, by a refresh, at the worst by being connected anew. Then it sleeps.
 */
async function heal(
  world: TenantWorld,
  take: (command: TenantCommand) => Promise<void>,
): Promise<string | undefined> {
  await world.mend();
  const isArmed = (): boolean => typeof world.rows?.alarm === "number";
  const ring = async (): Promise<void> => {
    for (let rings = 0; rings < mostRings && isArmed(); rings += 1) {
      await take({ do: "alarm", wait: true });
      await drain();
    }
  };
  const drain = async (): Promise<void> => {
    for (let answers = 0; answers < 20 && world.waits; answers += 1) {
      await take({ do: "answer" });
      await take({ do: "answerCall" });
    }
  };
  const status = () => world.rows?.grant?.["status"];
  await drain();
  if (world.waits) return "something sent is never answered";
  const awaited = awaitsRoles(world);
  await take({ do: "consent", rolesAfter: 0 });
  await ring();
  if (awaited && status() !== "active") return "roles arrived, and nobody noticed";
  if (status() !== "active") {
    await take({ do: "advance", seconds: 3_700 });
    await take({ do: "refresh", resource: "graph" });
  }
  if (status() !== "active") await take({ do: "connect" });
  if (status() !== "active") return `it is ${String(status())} after it was connected`;
  // A token of before the roles arrived is refused, and another one got.
  await take({ do: "call", service: "graph", hold: false });
  await ring();
  if (status() !== "active") return `it is ${String(status())} after a call`;
  const asked = world.tokenRequests;
  await take({ do: "advance", seconds: 90 * day });
  if (isArmed()) return "an idle connection has an alarm";
  return world.tokenRequests === asked ? undefined : "an idle connection asked for tokens";
}

/** Graph is latched for want of roles since a moment ago: attempts go on by themselves. */
const awaitsRoles = ({ rolesLackSince, now }: TenantWorld): boolean =>
  rolesLackSince !== undefined && now - rolesLackSince < 60_000;
