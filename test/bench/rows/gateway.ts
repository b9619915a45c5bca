import * as z from "zod";
import { race, ratios } from "../race.ts";
import { rowOf, summaryOf } from "../row.ts";
import type { Measurement, Topic } from "../topic.ts";
import type { Bench } from "../runtime.ts";

const at = (width: number, bar: number, against: string) => ({
  name: `gateway call, ${width} in flight, against ${against}`,
  unit: "×",
  bar,
});
const seed = "the token in KV";
const empty = "an empty object that forwards";

/** Concurrency, calls per turn, and the bars against both baselines. */
const widths = [
  { width: 1, count: 150, kv: at(1, 1.25, seed), object: at(1, 1.25, empty) },
  { width: 16, count: 320, kv: at(16, 1, seed), object: at(16, 1.25, empty) },
] as const;

/**
 * What one call to Microsoft costs: the front Worker to the actor and on, against a front Worker that
 * reads the token from KV and calls by itself, and against an object that only passes the call on.
 */
export const gateway: Topic = {
  budgets: widths.flatMap(({ kv, object }) => [kv, object]),
  async measure(bench) {
    const { id } = z.object({ id: z.string() }).parse(await bench.lab("/connect", {}));
    await bench.lab("/share", { id });
    const measured: Measurement = { rows: [], beside: [] };
    for (const width of widths) {
      const { rows, beside } = await measureWidth(bench, id, width);
      measured.rows.push(...rows);
      measured.beside.push(...beside);
    }
    return measured;
  },
};

async function measureWidth(
  bench: Bench,
  id: string,
  { width, count, kv, object }: (typeof widths)[number],
): Promise<Measurement> {
  const way = (name: string) => () => bench.lab("/calls", { way: name, ids: id, count, width });
  const times = await race(
    { actor: way("actor"), kv: way("kv"), object: way("object"), http: way("http") },
    { rounds: 16, warmUp: 3 },
  );
  const perCall = (values: readonly number[]) => (summaryOf(values).median / count).toFixed(3);
  const route = summaryOf(ratios(times.http, times.kv)).median.toFixed(2);
  return {
    rows: [
      rowOf(kv, ratios(times.actor, times.kv)),
      rowOf(object, ratios(times.actor, times.object)),
    ],
    beside: [
      `${width} in flight, ms per call: actor ${perCall(times.actor)}, KV ${perCall(times.kv)}, empty object ${perCall(times.object)}`,
      `${width} in flight, the whole HTTP route with its API key: ${perCall(times.http)} ms, ${route}× the token in KV`,
    ],
  };
}
