import * as z from "zod";
import { figureOf, rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const budget = { name: "wake-ups of an idle connection in 90 days", unit: "wake-ups", bar: 7 };
const wakeUps = z.object({ unused: z.number(), left: z.number() });

/** How often an alarm wakes a connection that nobody calls. */
export const idle: Topic = {
  name: "idle",
  budgets: [budget],
  async measure(bench) {
    const { unused, left } = wakeUps.parse(await bench.scenario("/idle"));
    return {
      rows: [rowOf(budget, [unused])],
      figures: [
        figureOf("the same, used once on two resources before it was left", "wake-ups", [left]),
      ],
    };
  },
};
