import "../platform/hooks.ts";
import { mutationOf } from "./index.ts";
import { plant } from "./plant.ts";

/** What a search for one mutation came to. */
export interface Found {
  /** Schedules that were run: 0 where one of the known schedules found it. */
  runs: number;
  /** What did not hold; absent: nothing was found. */
  error?: string;
  /** Replays it. */
  path?: string;
}

const [name = "", runs, seed] = process.argv.slice(2);
const isLoaded = plant(mutationOf(name));
// Loaded once the hooks are in place.
const { campaign } = await import("../campaign.ts");
const report = await campaign({ runs: Number(runs), seed: Number(seed) });
if (!isLoaded()) throw new Error("the simulation does not load the file of this mutation");
const found: Found = {
  runs: report.runs,
  ...(report.failure !== undefined && {
    error: report.failure.error,
    path: report.failure.path,
  }),
};
process.send?.(found, () => process.exit());
