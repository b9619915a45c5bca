import * as z from "zod";
import { race, ratios } from "../race.ts";
import { figureOf, rowOf } from "../row.ts";
import { atEachWidth, perCallAt, type Measurement } from "../measurement.ts";
import type { Topic } from "../topic.ts";
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
  { width: 1, count: 150, kv: at(1, 1.25, seed), object: at(1, 1.15, empty) },
  { width: 16, count: 320, kv: at(16, 1, seed), object: at(16, 1.25, empty) },
] as const;

/**
 * What one call to Microsoft costs: the front Worker to the actor and on, against a front Worker that
 * reads the token from KV and calls by itself, and against an object that only passes the call on.
 */
export const gateway: Topic = {
  name: "gateway",
  budgets: widths.flatMap(({ kv, object }) => [kv, object]),
  async measure(bench) {
    const { id } = z.object({ id: z.string() }).parse(await bench.lab("/connect", {}));
    await bench.lab("/share", { id, account: "ada@contoso.example" });
    return atEachWidth(widths, (width) => measureWidth(bench, id, width));
  },
};

async function measureWidth(
  bench: Bench,
  id: string,
  { width, count, kv, object }: (typeof widths)[number],
): Promise<Measurement> {
  const way = (name: string) => () => bench.lab("/calls", { way: name, ids: id, count, width });
  const times = await race(
    {
      actor: way("actor"),
      kv: way("kv"),
      object: way("object"),
      forward: way("forward"),
    },
    { rounds: 16, warmUp: 3 },
  );
  const perCall = perCallAt({ width, count });
  return {
    rows: [
      rowOf(kv, ratios(times.actor, times.kv)),
      rowOf(object, ratios(times.actor, times.object)),
    ],
    figures: [
      figureOf(
        `gateway call, ${width} in flight, against a bare forward without any object`,
        "×",
        ratios(times.actor, times.forward),
      ),
      perCall("actor", times.actor),
      perCall("token in KV", times.kv),
      perCall("empty object", times.object),
      perCall("bare forward", times.forward),
    ],
  };
}
