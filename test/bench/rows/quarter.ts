import * as z from "zod";
import { type Figure, figureOf, rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const budget = { name: "wake-ups of an idle connection in 90 days", unit: "wake-ups", bar: 7 };
const watchingBudget = {
  name: "wake-ups of an idle connection with three mail watches in 90 days",
  unit: "wake-ups",
  bar: 60,
};

const quarterSchema = z.object({
  wakeUps: z.number(),
  calls: z.number(),
  tokenPosts: z.number(),
  rowsWritten: z.number(),
  bytes: z.number(),
});

/** What ninety simulated days of a connection cost, by the use that is made of it. */
export const quarter: Topic = {
  name: "90 days",
  budgets: [budget, watchingBudget],
  async measure(bench) {
    const lived = async (use: string) =>
      quarterSchema.parse(await bench.scenario(`/quarter/${use}`));
    const idle = await lived("idle");
    const watching = await lived("watching");
    const left = await lived("left");
    const workdays = await lived("workdays");
    return {
      rows: [rowOf(budget, [idle.wakeUps]), rowOf(watchingBudget, [watching.wakeUps])],
      figures: [
        ...figuresOf("idle", idle).filter(({ unit }) => unit !== budget.unit),
        ...figuresOf("with three mail watches", watching).filter(
          ({ unit }) => unit !== budget.unit,
        ),
        ...figuresOf("used once, on two resources", left),
        ...figuresOf("used on workdays", workdays),
      ],
      notes: [
        `a connection used on workdays was called ${workdays.calls} times on two resources, every half hour from nine to five`,
      ],
    };
  },
};

function figuresOf(
  use: string,
  { wakeUps, tokenPosts, rowsWritten, bytes }: z.infer<typeof quarterSchema>,
): Figure[] {
  const figure = (what: string, unit: string, value: number) =>
    figureOf(`${what} in 90 days, ${use}`, unit, [value]);
  return [
    figure("alarms", budget.unit, wakeUps),
    figure("token POSTs", "POSTs", tokenPosts),
    figure("rows written", "rows", rowsWritten),
    figure("storage", "KiB", bytes / 1_024),
  ];
}
