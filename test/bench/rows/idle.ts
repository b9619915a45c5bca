import * as z from "zod";
import { rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const budget = { name: "wake-ups of an idle connection in 90 days", unit: "wake-ups", bar: 7 };
const wakeUps = z.object({ unused: z.number(), left: z.number() });

/** How often an alarm wakes a connection that nobody calls. */
export const idle: Topic = {
  budgets: [budget],
  async measure(bench) {
    const { unused, left } = wakeUps.parse(await bench.scenario("/idle"));
    return {
      rows: [rowOf(budget, [unused])],
      beside: [
        `a connection that was used once, on two resources, before it was left: ${left}, its last tokens' renewals among them`,
      ],
    };
  },
};
