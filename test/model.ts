import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

/**
 * `npm run model [-- --runs 100000 --seed 1]`: runs the model of a connection for as long as you like;
 * `npm run model -- --seed 7 --path 12` replays what a run said failed, and makes it shorter.
 */
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    path: { type: "string", default: "" },
  },
});
/** Schedules of one seed: each leaves an object behind, so the process ends before the disk is full. */
const batch = 1_000;
const vitest = new URL("../node_modules/vitest/vitest.mjs", import.meta.url).pathname;

for (let done = 0; done < Number(values.runs); done += batch) {
  const seed = Number(values.seed) + done / batch;
  const runs = Math.min(batch, Number(values.runs) - done);
  console.log(`model: ${runs} schedules of seed ${seed}, ${done} done`);
  const { status } = spawnSync(
    process.execPath,
    [
      vitest,
      "-c",
      "test/vitest.config.ts",
      "--project",
      "integration",
      "test/integration/model.test.ts",
    ],
    {
      cwd: new URL("..", import.meta.url),
      stdio: "inherit",
      env: {
        ...process.env,
        MODEL_RUNS: String(runs),
        MODEL_SEED: String(seed),
        MODEL_PATH: values.path,
      },
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}
