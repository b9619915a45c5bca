import * as z from "zod";
import { parseJson } from "../../src/http/json.ts";
import type { Job } from "./plan.ts";

/** A campaign that ended. */
export interface Ended {
  job: Job;
  /** Of its process; null: it was killed. */
  status: number | null;
  seconds: number;
  output: string;
  /** Where its whole output lies. */
  log: string;
}

const benchSchema = z.object({
  rows: z.array(
    z.object({
      name: z.string(),
      value: z.number(),
      unit: z.string(),
      bar: z.number(),
      met: z.boolean(),
    }),
  ),
});

const commandOf = ({ script, arguments: given }: Job): string =>
  `npm run ${script} -- ${given.join(" ")}`;

const linesOf = (output: string): string[] => output.trim().split("\n");

/** Its own last word; of the bench, how many bars were met. */
function summaryOf({ job, output }: Ended): string {
  const rows = job.script === "bench" ? benchRows(output) : undefined;
  if (rows === undefined) return (linesOf(output).at(-1) ?? "").slice(0, 120);
  return `${rows.filter(({ met }) => met).length} of ${rows.length} bars met`;
}

function benchRows(output: string): z.infer<typeof benchSchema>["rows"] | undefined {
  return benchSchema.safeParse(parseJson(linesOf(output).at(-1) ?? "")).data?.rows;
}

export const isFailed = ({ job, status, output }: Ended): boolean =>
  status !== 0 || (job.script === "bench" && benchRows(output) === undefined);

/** The whole night so far, as Markdown. */
export function reportOf(ended: readonly Ended[]): string {
  const failed = ended.filter(isFailed);
  const bench = ended.findLast((one) => one.job.script === "bench" && !isFailed(one));
  return [
    `# ${failed.length === 0 ? "Nothing failed" : `${failed.length} of ${ended.length} failed`}`,
    "",
    "| campaign | took | result | command |",
    "| --- | --- | --- | --- |",
    ...ended.map(
      (one) =>
        `| ${one.job.name} | ${one.seconds} s | ${isFailed(one) ? "**failed** " : ""}${summaryOf(one)} | \`${commandOf(one.job)}\` |`,
    ),
    ...failed.flatMap(faultOf),
    ...(bench === undefined ? [] : benchTable(benchRows(bench.output) ?? [])),
    "",
  ].join("\n");
}

/** What replays it, as it said itself, and where the rest stands. */
function faultOf({ job, log, output }: Ended): string[] {
  const replays = linesOf(output).filter((line) => line.startsWith("replay: "));
  return ["", `## ${job.name}`, "", `\`${commandOf(job)}\`: ${log}`, ...replays];
}

function benchTable(rows: z.infer<typeof benchSchema>["rows"]): string[] {
  return [
    "",
    "## bench",
    "",
    "| measured | value | bar | |",
    "| --- | --- | --- | --- |",
    ...rows.map(
      ({ name, value, unit, bar, met }) =>
        `| ${name} | ${value} ${unit} | ${bar} | ${met ? "met" : "**missed**"} |`,
    ),
  ];
}
