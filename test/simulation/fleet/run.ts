import "../platform/hooks.ts";
import { parseArgs } from "node:util";

/**
 * `npm run fleet`: what a million connections cost a second, on calm days and around outages.
 * `npm run fleet -- --connections 1000 --scale 1000000 --seed 1 --json`
 */
const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "1000" },
    scale: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
// Loaded once the hooks are in place.
const { fleet } = await import("./fleet.ts");
const { tableOf } = await import("./fleet-report.ts");
const report = await fleet({
  connections: Number(values.connections),
  scale: Number(values.scale),
  seed: values.seed,
});
process.stdout.write(`${values.json ? JSON.stringify(report) : tableOf(report)}\n`);
