import { asyncProperty, check } from "fast-check";
import type { CampaignOptions, CampaignReport } from "./campaign-report.ts";
import { found } from "./found.ts";
import { schedule, watchSchedule, type Schedule } from "./model/commands.ts";
import { tenantSchedule, type TenantSchedule } from "./tenants/schedule.ts";
import { createSimulation } from "./simulation.ts";

/** Runs random schedules of one seed until one fails. */
export async function campaign({
  runs,
  seed,
  path,
  of = "users",
}: CampaignOptions): Promise<CampaignReport> {
  const clock = performance.now.bind(performance);
  const durations: number[] = [];
  const simulation = await createSimulation();
  try {
    const known = path === undefined && of !== "tenants" ? Object.entries(found) : [];
    for (const [name, schedule] of known) {
      try {
        await simulation.run(schedule);
      } catch (error) {
        return {
          runs: 0,
          median: 0,
          failure: { error: `${name}: ${error}`, seed, path: "", schedule },
        };
      }
    }
    const timed = async (run: () => Promise<void>): Promise<void> => {
      const began = clock();
      await run();
      durations.push(clock() - began);
    };
    const property =
      of === "tenants"
        ? asyncProperty<[unknown]>(tenantSchedule, (drawn) =>
            timed(() => simulation.runTenant(drawn as TenantSchedule)),
          )
        : asyncProperty<[unknown]>(of === "watches" ? watchSchedule : schedule, (drawn) =>
            timed(() => simulation.run(drawn as Schedule)),
          );
    const result = await check(property, {
      numRuns: runs,
      seed,
      endOnFailure: path === undefined,
      ...(path !== undefined && { path }),
    });
    durations.sort((one, other) => one - other);
    return {
      runs: result.numRuns,
      median: durations[durations.length >> 1] ?? 0,
      ...(result.failed && {
        failure: {
          error: String(result.errorInstance),
          seed,
          path: result.counterexamplePath ?? "",
          schedule: result.counterexample,
        },
      }),
    };
  } finally {
    simulation.close();
  }
}
