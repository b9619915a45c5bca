import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { minutesIn, nextJob, type Job, type Turn } from "./plan.ts";
import { isFailed, reportOf, type Ended } from "./report.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * `npm run night [-- --for 8h --seed 1]`: simulation, kills, soak and bench in turns for that long, one
 * after the other. What came of them is in `.wrangler/night/{start}/report.md` after each. Exits 1 when
 * any failed; a bar that the bench misses is told, and is no failure.
 */
const { values } = parseArgs({
  options: {
    for: { type: "string", default: "8h" },
    seed: { type: "string", default: String(Math.floor(Date.now() / 1000) % 1_000_000) },
  },
});
const minutes = minutesIn(values.for);
const seed = Number(values.seed);
if (minutes === undefined || !Number.isSafeInteger(seed) || seed < 0) {
  console.error("night: --for is like 8h, 90m or 1h30m; --seed is a whole number");
  process.exit(2);
}

const start = new Date();
const end = start.getTime() + minutes * 60_000;
const folder = join(root, ".wrangler/night", start.toISOString().replaceAll(":", "-"));
await mkdir(folder, { recursive: true });
const report = join(folder, "report.md");

function runJob(job: Job, log: string): Promise<Ended> {
  const began = Date.now();
  const file = createWriteStream(join(folder, log));
  const child = spawn("npm", ["run", "--silent", job.script, "--", ...job.arguments], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
    file.write(text);
  });
  child.stderr.on("data", (text: Buffer) => file.write(text));
  return new Promise((resolve) => {
    child.on("close", (status) => {
      file.end();
      const seconds = Math.round((Date.now() - began) / 1_000);
      resolve({ job, status, seconds, output, log: relative(root, join(folder, log)) });
    });
  });
}

const ended: Ended[] = [];
let turn: Turn = { number: 0, seed };
for (;;) {
  const planned = nextJob(turn, (end - Date.now()) / 60_000);
  if (planned === undefined) break;
  const { job, next } = planned;
  turn = next;
  const number = String(ended.length + 1).padStart(3, "0");
  console.log(`${new Date().toISOString()} ${job.name}: ${job.arguments.join(" ")}`);
  const one = await runJob(job, `${number}-${job.script}.log`);
  ended.push(one);
  if (isFailed(one)) console.error(`failed: ${one.log}`);
  await writeFile(report, reportOf(ended));
}
console.log(reportOf(ended));
console.log(`report: ${relative(root, report)}`);
process.exitCode = ended.length === 0 || ended.some(isFailed) ? 1 : 0;
