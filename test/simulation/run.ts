import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { fork, spawnSync } from "node:child_process";
import type { CampaignReport } from "./campaign.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    path: { type: "string" },
    coverage: { type: "boolean", default: false },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
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
  if (path !== "") write(`replay: npm run simulate -- --seed ${failed} --path ${path}`);
}

/** One batch in a process of its own. */
function runBatch(of: {
  seed: number;
  runs: number;
  path?: string | undefined;
}): Promise<CampaignReport> {
  const { promise, resolve, reject } = Promise.withResolvers<CampaignReport>();
  const child = fork(new URL("batch.ts", import.meta.url).pathname, [JSON.stringify(of)]);
  let report: CampaignReport | undefined;
  child.on("message", (message: CampaignReport) => {
    report = message;
  });
  child.on("exit", (code) => {
    if (report === undefined) reject(new Error(`a batch ended by itself: ${code}`));
    else resolve(report);
  });
  return promise;
}

async function simulate(): Promise<boolean> {
  if (values.path !== undefined) {
    const { failure } = await runBatch({ seed, runs, path: values.path });
    if (failure === undefined) write("it holds");
    else tell(failure);
    return failure === undefined;
  }
  const batches = Array.from({ length: Math.ceil(runs / batch) }, (_, index) => ({
    seed: seed + index,
    runs: Math.min(batch, runs - index * batch),
  }));
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
  write(`simulate: ${done} schedules from seed ${seed} on, median ${median.toFixed(2)} ms`);
  return !failed;
}

function cover(): boolean {
  const { status } = spawnSync(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "-c", "test/simulation/vitest.config.ts"],
    {
      cwd: new URL("../..", import.meta.url).pathname,
      stdio: "inherit",
      env: { ...process.env, SIMULATION_RUNS: values.runs, SIMULATION_SEED: values.seed },
    },
  );
  return status === 0;
}

/**
 * `npm run simulate -- --runs 10000 --seed 1`: random schedules of a connection, 5,000 of each seed.
 * `npm run simulate -- --seed 7 --path 12:3`: replays what a run said failed, and makes it shorter.
 * `npm run simulate -- --coverage --runs 3000`: prints what of the connection they reach.
 */
process.exitCode = (values.coverage ? cover() : await simulate()) ? 0 : 1;
