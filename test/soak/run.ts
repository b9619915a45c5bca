import { parseArgs } from "node:util";
import { runSoak } from "./soak.ts";

/**
 * `npm run soak [-- --minutes 10 --seed 1]`: full load for that long, while Microsoft and a webhook fail
 * now and then. Exits 1 when an answer was wrong, anything was lost, or memory or tables grew.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now()) },
  },
});
console.log(`soak: ${values.minutes} minutes, seed ${values.seed}`);
const { calls, numbers, faults } = await runSoak({
  minutes: Number(values.minutes),
  seed: values.seed,
  progress: (line) => console.log(line),
});
console.table(calls);
console.table(numbers);
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults, seed ${values.seed}`);
process.exit(faults.length > 0 ? 1 : 0);
