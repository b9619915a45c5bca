import type { Schedule } from "./model/commands.ts";
import { simulatedSecrets } from "./node-host.ts";
import { createNodeWorld } from "./node-world.ts";
import { runTenant } from "./tenants/run-tenant.ts";
import type { TenantSchedule } from "./tenants/schedule.ts";
import { runSchedule } from "./run-schedule.ts";

export interface SimulationRun {
  /** Whether timers ring when time passes; in workerd, whose clock is another, they do not. Default true. */
  isTimed?: boolean;
  /** Gets what each step came to. */
  observe?: (trace: string) => void;
}

/** The model over the simulated platform. From here to {@link Simulation.close} this process has its time and chance. */
export interface Simulation {
  /** Runs one schedule. Throws at what does not hold. */
  run(schedule: Schedule, options?: SimulationRun): Promise<void>;
  /** Runs one schedule of a tenant's connection. Throws at what does not hold. */
  runTenant(schedule: TenantSchedule): Promise<void>;
  close(): void;
}

export async function createSimulation(): Promise<Simulation> {
  // Of the errors that a schedule plays nobody reads the stack, and making one is slow.
  Error.stackTraceLimit = 0;
  const { host, microsoft, light } = await createNodeWorld();
  const secrets = simulatedSecrets();
  return {
    run: (schedule, { isTimed = true, observe } = {}) => {
      host.isTimed = isTimed;
      return runSchedule(schedule, { host, microsoft, ...secrets, observe });
    },
    runTenant: (schedule) => {
      host.isTimed = true;
      return runTenant(schedule, { host, microsoft, light });
    },
    close: () => host.close(),
  };
}
