import * as z from "zod";
import { rowOf, summaryOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const size = {
  name: "SQLite size of a connection with two resources and a full log",
  unit: "KiB",
  bar: 128,
};
const rows = { name: "rows written per refresh", unit: "rows", bar: 8 };

const written = z.object({ total: z.number(), by: z.record(z.string(), z.number()) });
type RowsWritten = z.infer<typeof written>;
const used = z.object({ size: z.number(), refreshes: z.array(written), firstUse: written });

const listed = ({ total, by }: RowsWritten): string =>
  `${total}: ${Object.entries(by)
    .map(([what, count]) => (count === 1 ? what : `${count} ${what}`))
    .join(", ")}`;

/** What a connection keeps, and what a renewal by its alarm writes, as the platform bills it. */
export const storage: Topic = {
  name: "storage",
  budgets: [size, rows],
  async measure(bench) {
    const use = used.parse(await bench.scenario("/storage"));
    const totals = use.refreshes.map(({ total }) => total);
    const { median, max } = summaryOf(totals);
    const example = (total: number) => use.refreshes.find((one) => one.total === total);
    const [usual, most] = [example(median), example(max)];
    return {
      rows: [rowOf(size, [use.size / 1_024]), rowOf(rows, totals)],
      figures: [],
      notes: [
        ...(usual === undefined ? [] : [`a usual refresh writes ${listed(usual)}`]),
        ...(most === undefined || max === median ? [] : [`the most were ${listed(most)}`]),
        `the first use of two tokens writes ${listed(use.firstUse)}`,
      ],
    };
  },
};
