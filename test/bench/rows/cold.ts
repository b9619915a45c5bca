import * as z from "zod";
import { race, ratios } from "../race.ts";
import { figureOf, rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";

const budget = {
  name: "cold actor to its first answer, against an empty object",
  unit: "×",
  bar: 1.5,
};
const objects = 20;
const idSchema = z.object({ id: z.string() });

/** The first call after an eviction: the object begins, reads its tables, decrypts its token. */
export const cold: Topic = {
  name: "cold start",
  budgets: [budget],
  async measure(bench) {
    const ids: string[] = [];
    while (ids.length < objects) ids.push(idSchema.parse(await bench.lab("/connect", {})).id);
    const first = (way: string) => () =>
      bench.lab("/calls", { way, ids: ids.join(","), count: ids.length, width: 1 });
    const evictAll = async () => {
      await bench.evict("actor", ids);
      await bench.evict("object", ids);
    };
    const times = await race(
      { actor: first("actor"), object: first("object") },
      { rounds: 16, warmUp: 3, prepare: evictAll },
    );
    const each = (what: string, of: readonly number[]) =>
      figureOf(
        `${what}, evicted, to its first answer`,
        "ms",
        of.map((time) => time / objects),
      );
    return {
      rows: [rowOf(budget, ratios(times.actor, times.object))],
      figures: [each("actor", times.actor), each("empty object", times.object)],
    };
  },
};
