import { parseArgs } from "node:util";
import { runCampaign } from "./campaign.ts";

/**
 * `npm run kills [-- --kills 100 --seed 1]`: kills the Worker under load that often, and tells what of
 * what it had answered did not hold. Exits 1 when anything did not.
 */
const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now()) },
  },
});
console.log(`kills: ${values.kills}, seed ${values.seed}`);
const { faults, ...numbers } = await runCampaign({
  kills: Number(values.kills),
  seed: values.seed,
  progress: (line) => console.log(line),
});
console.table(numbers);
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults, seed ${values.seed}`);
process.exit(faults.length > 0 ? 1 : 0);
