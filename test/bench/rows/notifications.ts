import * as z from "zod";
import { race, ratios } from "../race.ts";
import { figureOf, rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const one = {
  name: "a notification, from its POST to the durable 202, against a bare object that writes one row",
  unit: "×",
  bar: 1.5,
};
const burst = {
  name: "1,000 notifications at once to one connection, all answered 202",
  unit: "s",
  bar: 10,
};
const lost = { name: "changes of those 1,000 that are not kept", unit: "changes", bar: 0 };

/** Of one turn. With those of the warm-up they are fewer than a connection keeps. */
const count = 25;
const rounds = 48;
const many = 1_000;

const watchedSchema = z.object({ id: z.string(), kept: z.unknown() });
const changesSchema = z.object({ kept: z.number() });

/** What it takes to keep what Graph posts: one after the other, and all at once. */
export const notifications: Topic = {
  name: "notifications",
  budgets: [one, burst, lost],
  async measure(bench) {
    const { kept } = watchedSchema.parse(await bench.lab("/watched", {}));
    const post = (to: "actor" | "bare", width: number, of = kept, number = count) =>
      bench.lab("/notifications", { to, kept: JSON.stringify(of), count: number, width });
    const times = await race(
      { actor: () => post("actor", 1), bare: () => post("bare", 1) },
      { rounds, warmUp: 3 },
    );
    const crowded = watchedSchema.parse(await bench.lab("/watched", {}));
    const bare = await secondsOf(() => post("bare", many, kept, many));
    const seconds = await secondsOf(() => post("actor", many, crowded.kept, many));
    const found = changesSchema.parse(await bench.lab("/changes", { id: crowded.id }));
    const each = (what: string, of: readonly number[]) =>
      figureOf(
        `a notification to ${what}`,
        "ms",
        of.map((time) => time / count),
      );
    return {
      rows: [
        rowOf(one, ratios(times.actor, times.bare)),
        rowOf(burst, [seconds]),
        rowOf(lost, [many - found.kept]),
      ],
      figures: [
        each("a connection", times.actor),
        each("a bare object", times.bare),
        figureOf("1,000 notifications at once to a bare object", "s", [bare]),
      ],
    };
  },
};

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}
