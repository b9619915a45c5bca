import "../platform/hooks.ts";
import { mutationOf } from "./index.ts";
import { plant } from "./plant.ts";
import type { Found } from "./search.ts";

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
