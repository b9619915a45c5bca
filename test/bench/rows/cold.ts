import * as z from "zod";
import { inTurns, race, ratios } from "../race.ts";
import { figureOf, rowOf } from "../row.ts";
import type { Bench } from "../runtime.ts";
import type { Topic } from "../topic.ts";

const spaced = {
  name: "cold actor to its first answer, with gaps, against an object that decrypts one row",
  unit: "×",
  bar: 1.15,
};
const empty = {
  name: "cold actor to its first answer, against an empty object",
  unit: "×",
  bar: 1.5,
};
const objects = 20;
const rounds = { rounds: 16, warmUp: 3 };
/** Milliseconds before each call: what the one before left to be done behind its answer is done by then. */
const gap = 60;

const idSchema = z.object({ id: z.string() });
const tookSchema = z.object({ took: z.number() });
const ways = ["actor", "object", "holder"] as const;
type Way = (typeof ways)[number];

const each = (what: string, times: readonly number[]) =>
  figureOf(
    `${what}, evicted, to its first answer`,
    "ms",
    times.map((time) => time / objects),
  );

/** The first call after an eviction: the object begins, reads its tables, decrypts its token. */
export const cold: Topic = {
  name: "cold start",
  budgets: [spaced, empty],
  async measure(bench) {
    const ids = await evictable(bench);
    const evictAll = async () => {
      for (const way of ways) await bench.evict(way, ids);
    };
    const named = ids.join(",");
    const after = (way: Way) => async () =>
      tookSchema.parse(await bench.lab("/spaced", { way, ids: named, gap })).took;
    const rested = await inTurns(
      { actor: after("actor"), holder: after("holder") },
      { ...rounds, prepare: evictAll },
    );
    const first = (way: Way) => () =>
      bench.lab("/calls", { way, ids: named, count: ids.length, width: 1 });
    const times = await race(
      { actor: first("actor"), object: first("object"), holder: first("holder") },
      { ...rounds, prepare: evictAll },
    );
    return {
      rows: [
        rowOf(spaced, ratios(rested.actor, rested.holder)),
        rowOf(empty, ratios(times.actor, times.object)),
      ],
      figures: [
        each("actor, with gaps", rested.actor),
        each("object that decrypts one row, with gaps", rested.holder),
        figureOf(
          "back to back, against an object that decrypts one row",
          "×",
          ratios(times.actor, times.holder),
        ),
        each("actor", times.actor),
        each("object that decrypts one row", times.holder),
        each("empty object", times.object),
      ],
    };
  },
};

/** Connections, and as many objects that hold a token and do no more. */
async function evictable(bench: Bench): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < objects) ids.push(idSchema.parse(await bench.lab("/connect", {})).id);
  await bench.lab("/hold", { ids: ids.join(",") });
  return ids;
}
