import { asyncProperty, check } from "fast-check";
import type { CampaignOptions, CampaignReport } from "./campaign-report.ts";
import { found } from "./found.ts";
import { schedule } from "./model/commands.ts";
import { createSimulation } from "./simulation.ts";

/** Runs random schedules of one seed until one fails. */
export async function campaign({ runs, seed, path }: CampaignOptions): Promise<CampaignReport> {
  const clock = performance.now.bind(performance);
  const durations: number[] = [];
  const simulation = await createSimulation();
  try {
    for (const [name, schedule] of path === undefined ? Object.entries(found) : []) {
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
    const property = asyncProperty(schedule, async (drawn) => {
      const began = clock();
      await simulation.run(drawn);
      durations.push(clock() - began);
    });
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
