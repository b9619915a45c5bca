import { parseArgs } from "node:util";
import "./platform/hooks.ts";

/**
 * `npm run simulate -- --runs 10000 --seed 1`: random schedules of a connection.
 * `npm run simulate -- --seed 7 --path 12:3`: replays what a run said failed, and makes it shorter.
 */
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    path: { type: "string" },
  },
});

// Loaded once the hooks are in place.
const { campaign } = await import("./campaign.ts");
const report = await campaign({
  runs: Number(values.runs),
  seed: Number(values.seed),
  path: values.path,
});
process.stdout.write(
  `simulate: ${report.runs} schedules of seed ${values.seed}, median ${report.median.toFixed(2)} ms\n`,
);
if (report.failure !== undefined) {
  const { error, seed, path, schedule } = report.failure;
  process.stdout.write(
    `${error}\n${JSON.stringify(schedule)}\nreplay: npm run simulate -- --seed ${seed} --path ${path}\n`,
  );
  process.exitCode = 1;
}
