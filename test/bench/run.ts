import { parseArgs } from "node:util";
import { jsonOf, reportOf } from "./report.ts";
import type { Row } from "./row.ts";
import type { Topic } from "./topic.ts";
import { bundle } from "./rows/bundle.ts";
import { cold } from "./rows/cold.ts";
import { gateway } from "./rows/gateway.ts";
import { idle } from "./rows/idle.ts";
import { live } from "./rows/live.ts";
import { storage } from "./rows/storage.ts";
import { tokenPosts } from "./rows/token-posts.ts";
import { startBench } from "./runtime.ts";

/**
 * `npm run bench [-- --json] [-- --only <part of a row's name>]`: what this Worker costs, against what
 * it is allowed to. Exits 0 when all was measured, whether or not the bars were met.
 */
const topics: readonly Topic[] = [gateway, tokenPosts, cold, storage, idle, live, bundle];

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, only: { type: "string", default: "" } },
});
const wanted = ({ name }: { name: string }) => name.includes(values.only);
const chosen = topics.filter(({ budgets }) => budgets.some(wanted));
if (chosen.length === 0) {
  console.error(`bench: no row is named like "${values.only}"; there are:`);
  for (const { name } of topics.flatMap(({ budgets }) => budgets)) console.error(`  ${name}`);
  process.exit(1);
}

const bench = await startBench();
const rows: Row[] = [];
try {
  for (const topic of chosen) {
    const measured = await topic.measure(bench);
    const asked = measured.rows.filter(wanted);
    rows.push(...asked);
    if (!values.json) console.log(`${reportOf({ ...measured, rows: asked })}\n`);
  }
} finally {
  await bench.close();
}
if (values.json) console.log(jsonOf(rows));
