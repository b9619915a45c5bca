import { parseArgs } from "node:util";
import { jsonOf, reportOf } from "./report.ts";
import type { Figure, Row } from "./row.ts";
import type { Topic } from "./topic.ts";
import { bundle } from "./rows/bundle.ts";
import { cold } from "./rows/cold.ts";
import { gateway } from "./rows/gateway.ts";
import { http, large } from "./rows/http.ts";
import { live } from "./rows/live.ts";
import { mcp } from "./rows/mcp.ts";
import { notifications } from "./rows/notifications.ts";
import { outage } from "./rows/outage.ts";
import { quarter } from "./rows/quarter.ts";
import { scale } from "./rows/scale.ts";
import { startUp } from "./rows/start-up.ts";
import { storage } from "./rows/storage.ts";
import { tokenPosts } from "./rows/token-posts.ts";
import { startBench } from "./runtime.ts";

/**
 * `npm run bench [-- --json] [-- --only <part of a topic's or a row's name>]`: what this Worker costs,
 * against what it is allowed to. Exits 0 when all was measured, whether or not the bars were met.
 */
const topics: readonly Topic[] = [
  gateway,
  http,
  large,
  mcp,
  tokenPosts,
  cold,
  storage,
  quarter,
  live,
  notifications,
  scale,
  outage,
  bundle,
  startUp,
];

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, only: { type: "string", default: "" } },
});
const wanted = ({ name }: { name: string }) => name.includes(values.only);
const chosen = topics.filter((topic) => wanted(topic) || topic.budgets.some(wanted));
if (chosen.length === 0) {
  console.error(`bench: nothing is named like "${values.only}"; there are:`);
  for (const { name, budgets } of topics) {
    console.error([name, ...budgets.map((budget) => `  ${budget.name}`)].join("\n"));
  }
  process.exit(1);
}

const bench = await startBench();
const rows: Row[] = [];
const figures: Figure[] = [];
try {
  for (const topic of chosen) {
    const measured = await topic.measure(bench);
    const asked = wanted(topic) ? measured.rows : measured.rows.filter(wanted);
    rows.push(...asked);
    figures.push(...measured.figures);
    if (!values.json) console.log(`${reportOf(topic.name, { ...measured, rows: asked })}\n`);
  }
} finally {
  await bench.close();
}
if (values.json) console.log(jsonOf(rows, figures));
