import * as z from "zod";
import { figureOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const counts = z.object({ during: z.number(), after: z.number() });
const recoverySchema = z.object({
  connections: z.number(),
  posts: counts,
  peak: counts,
  fresh: z.array(z.number()),
});

/** Seconds of the recovery curve. */
const step = 10;

/** How connections come back from half an hour without Entra, in which all of them were due. */
export const outage: Topic = {
  name: "outage",
  budgets: [],
  async measure(bench) {
    const { connections, posts, peak, fresh } = recoverySchema.parse(
      await bench.scenario("/outage"),
    );
    const figure = (what: string, unit: string, value: number) =>
      figureOf(`${connections} connections in 30 minutes without Entra: ${what}`, unit, [value]);
    const until = (share: number) => secondsUntil(share, connections, fresh);
    return {
      rows: [],
      figures: [
        figure("token POSTs", "POSTs", posts.during),
        figure("most token POSTs in one second", "POSTs", peak.during),
        figure("token POSTs from its end until all were fresh", "POSTs", posts.after),
        figure("most token POSTs in one second after its end", "POSTs", peak.after),
        figure("half were fresh after", "s", until(0.5)),
        figure("99 % were fresh after", "s", until(0.99)),
        figure("all were fresh after", "s", until(1)),
      ],
      notes: [`% of them fresh, each ${step} s from its end: ${curveOf(connections, fresh)}`],
    };
  },
};

/** @throws Error when they were not fresh as long as anybody looked */
function secondsUntil(share: number, connections: number, fresh: readonly number[]): number {
  const time = fresh[Math.ceil(share * connections) - 1];
  if (time === undefined) throw new Error(`${fresh.length} of ${connections} came back`);
  return time / 1_000;
}

function curveOf(connections: number, fresh: readonly number[]): string {
  const steps = Math.ceil((fresh.at(-1) ?? 0) / 1_000 / step);
  return Array.from({ length: steps }, (_, index) => {
    const back = fresh.filter((time) => time <= (index + 1) * step * 1_000).length;
    return Math.floor((back / connections) * 100);
  }).join(" ");
}
