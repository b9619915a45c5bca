import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { spawnSync } from "node:child_process";
import type { CampaignOptions, CampaignReport } from "./campaign-report.ts";
import { mutationOf, mutations } from "./mutations/index.ts";
import { reportOn } from "./mutations/report.ts";
import { mutationVariable, runBatch } from "./run-batch.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    seed: { type: "string", default: "1" },
    path: { type: "string" },
    tenants: { type: "boolean", default: false },
    watches: { type: "boolean", default: false },
    mutation: { type: "string" },
    mutations: { type: "boolean", default: false },
    coverage: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs ?? (values.mutations ? 20_000 : 10_000));
const seed = Number(values.seed);
const of = values.tenants ? "tenants" : values.watches ? "watches" : "users";
/** Schedules of one seed, and so of one process: what they leave in memory ends with it. */
const batch = 5_000;

const write = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function tell({
  error,
  seed: failed,
  path,
  schedule,
}: NonNullable<CampaignReport["failure"]>): void {
  write(error);
  write(JSON.stringify(schedule));
  const kind = of === "users" ? "" : `--${of} `;
  if (path !== "") write(`replay: npm run simulate -- ${kind}--seed ${failed} --path ${path}`);
}

async function simulate(): Promise<boolean> {
  if (values.path !== undefined) {
    const { failure } = await runBatch({ seed, runs, of, path: values.path });
    if (failure === undefined) write("it holds");
    else tell(failure);
    return failure === undefined;
  }
  const batches: CampaignOptions[] = Array.from(
    { length: Math.ceil(runs / batch) },
    (_, index) => ({
      of,
      seed: seed + index,
      runs: Math.min(batch, runs - index * batch),
    }),
  );
  const medians: number[] = [];
  let done = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    for (let next = batches.shift(); next !== undefined && !failed; next = batches.shift()) {
      const { failure, median, runs: ran } = await runBatch(next);
      done += ran;
      medians.push(median);
      if (failure !== undefined) {
        failed = true;
        tell(failure);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  medians.sort((one, other) => one - other);
  const median = medians[medians.length >> 1] ?? 0;
  write(
    `simulate: ${done} schedules${of === "users" ? "" : ` of ${of}`} from seed ${seed} on, median ${median.toFixed(2)} ms`,
  );
  return !failed;
}

function cover(): boolean {
  const { status } = spawnSync(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "-c", "test/simulation/vitest.config.ts"],
    {
      cwd: new URL("../..", import.meta.url).pathname,
      stdio: "inherit",
      env: { ...process.env, SIMULATION_RUNS: String(runs), SIMULATION_SEED: values.seed },
    },
  );
  return status === 0;
}

/**
 * `npm run simulate -- --runs 10000 --seed 1`: random schedules of a connection, 5,000 of each seed.
 * `npm run simulate -- --seed 7 --path 12:3`: replays what a run said failed, and makes it shorter.
 * `npm run simulate -- --tenants`: the same for connections of tenants, with schedules of their own.
 * `npm run simulate -- --watches`: the same for connections that watch something.
 * `npm run simulate -- --mutation NAME`: the same with a fault in the code, which is not written to it.
 * `npm run simulate -- --mutations --runs 20000`: whether each fault that there is a name for is found.
 * `npm run simulate -- --coverage --runs 10000`: prints what of the connection they reach.
 */
if (values.mutation !== undefined) process.env[mutationVariable] = mutationOf(values.mutation).name;
const run = values.mutations
  ? () => reportOn(mutations, { runs, seed }, write)
  : values.coverage
    ? cover
    : simulate;
process.exitCode = (await run()) ? 0 : 1;
