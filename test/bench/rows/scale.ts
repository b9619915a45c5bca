import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { race, ratios } from "../race.ts";
import { figureOf } from "../row.ts";
import type { Topic } from "../topic.ts";
import type { Bench } from "../runtime.ts";

const connections = 2_000;
const few = 20;
/** Of calls and of imports, at once. */
const width = 16;
const perBatch = 100;
const account = "ada@contoso.example";
const prefix = "user:scale-";
const ids = Array.from({ length: connections }, (_, index) => `${prefix}${index}`);
/** Milliseconds. */
const patience = 120_000;

/** What two thousand connections in one runtime cost each other. */
export const scale: Topic = {
  name: "scale",
  budgets: [],
  async measure(bench) {
    const before = bench.memory();
    await callAll(bench, "object");
    const withObjects = bench.memory();
    const imports = await importAll(bench);
    const lag = await untilListed(bench);
    await callAll(bench, "actor");
    const withActors = bench.memory();
    const times = await race(
      {
        many: () => callAll(bench, "actor"),
        few: () => callAll(bench, "actor", ids.slice(0, few)),
      },
      { rounds: 3, warmUp: 0 },
    );
    const perCall = (values: readonly number[]) => values.map((time) => time / connections);
    const kib = (bytes: number) => [bytes / 1_024 / connections];
    const count = connections.toLocaleString("en");
    return {
      rows: [],
      figures: [
        figureOf(
          `a call to one of ${count} connections, against one of ${few}`,
          "×",
          ratios(times.many, times.few),
        ),
        figureOf(`a call to one of ${count} connections`, "ms", perCall(times.many)),
        figureOf(`a call to one of ${few} connections`, "ms", perCall(times.few)),
        figureOf(
          `connecting one of ${count} by its refresh token, ${width} at once`,
          "ms",
          imports.map((time) => time / perBatch),
        ),
        figureOf(`until the directory lists all ${count}`, "s", [lag / 1_000]),
        figureOf("workerd's memory for a connection", "KiB", kib(withActors - withObjects)),
        figureOf("workerd's memory for an empty object", "KiB", kib(withObjects - before)),
      ],
    };
  },
};

/** As many calls whoever is called. */
const callAll = (bench: Bench, way: string, whom: readonly string[] = ids) =>
  bench.lab("/calls", { way, ids: whom.join(","), count: connections, width });

/** Milliseconds by batch. */
async function importAll(bench: Bench): Promise<number[]> {
  const times: number[] = [];
  for (let start = 0; start < connections; start += perBatch) {
    const batch = ids.slice(start, start + perBatch).join(",");
    const began = performance.now();
    await bench.lab("/import", { ids: batch, account, width });
    times.push(performance.now() - began);
  }
  return times;
}

/** Milliseconds from the last import until the directory lists all. */
async function untilListed(bench: Bench): Promise<number> {
  const began = performance.now();
  while ((await bench.listed(prefix)) < connections) {
    if (performance.now() - began > patience) throw new Error("the directory does not list all");
    await wait(20);
  }
  return performance.now() - began;
}
