import * as z from "zod";
import { atEachWidth, perCallAt, type Measurement } from "../measurement.ts";
import { race, ratios } from "../race.ts";
import { rowOf } from "../row.ts";
import type { Bench } from "../runtime.ts";
import type { Topic } from "../topic.ts";
import { largeUrl, mailUrl } from "../worker/quick.ts";

/** Routes, their way through the lab, and that of the same request to the baseline. */
const routes = [
  { route: "GET /mail", ours: "mailByKey", plain: "plainMail" },
  { route: "GET /graph/v1.0/me/messages", ours: "gateway", plain: "plainGateway" },
  { route: "GET /mail, callers counted", ours: "limitedMail", plain: "plainLimitedMail" },
  {
    route: "GET /graph/v1.0/me/messages, callers counted",
    ours: "limitedGateway",
    plain: "plainLimitedGateway",
  },
] as const;

const budget = (route: string, width: number) => ({
  name: `${route} by an API key, ${width} in flight, against a Worker with the token in KV`,
  unit: "×",
  bar: 0.9,
});

/** Concurrency, and calls per turn. */
const widths = [
  { width: 1, count: 60 },
  { width: 16, count: 160 },
] as const;

/**
 * What a server waits for that calls over HTTP: this Worker against the design of a token in KV as a
 * Worker of its own, behind the same hop, with the same check of the key and the same line in the log.
 */
export const http: Topic = {
  name: "http",
  budgets: routes.flatMap(({ route }) => widths.map(({ width }) => budget(route, width))),
  async measure(bench) {
    const id = await sharedConnection(bench);
    const measured: Measurement = { rows: [], figures: [] };
    for (const one of routes) {
      const { rows, figures } = await atEachWidth(widths, (width) =>
        measureRoute(bench, id, one, width),
      );
      measured.rows.push(...rows);
      measured.figures.push(...figures);
    }
    return measured;
  },
};

async function measureRoute(
  bench: Bench,
  id: string,
  { route, ours, plain }: (typeof routes)[number],
  { width, count }: (typeof widths)[number],
): Promise<Measurement> {
  const way = (name: string) => () =>
    bench.lab("/calls", { way: name, ids: id, url: mailUrl, count, width });
  const times = await race({ ours: way(ours), plain: way(plain) }, { rounds: 16, warmUp: 3 });
  const perCall = perCallAt({ width, count });
  return {
    rows: [rowOf(budget(route, width), ratios(times.ours, times.plain))],
    figures: [perCall(route, times.ours), perCall(`${route}, token in KV`, times.plain)],
  };
}

const largeBudget = {
  name: "10 MiB of JSON by the gateway, against an empty object behind the same HTTP",
  unit: "×",
  bar: 1.2,
};

/** A page that is too long to be held, its links pointing here. */
export const large: Topic = {
  name: "large bodies",
  budgets: [largeBudget],
  async measure(bench) {
    const id = await sharedConnection(bench);
    const count = 4;
    const way = (name: string) => () =>
      bench.lab("/calls", { way: name, ids: id, url: largeUrl, count, width: 1 });
    const times = await race(
      { gateway: way("gateway"), object: way("plainObject"), kv: way("plainGateway") },
      { rounds: 12, warmUp: 2 },
    );
    const perCall = perCallAt({ width: 1, count });
    return {
      rows: [rowOf(largeBudget, ratios(times.gateway, times.object))],
      figures: [
        perCall("10 MiB by the gateway", times.gateway),
        perCall("10 MiB by an empty object", times.object),
        perCall("10 MiB by a Worker with the token in KV", times.kv),
      ],
    };
  },
};

/** A connection whose grant lies in KV too. */
async function sharedConnection(bench: Bench): Promise<string> {
  const { id } = z.object({ id: z.string() }).parse(await bench.lab("/connect", {}));
  await bench.lab("/share", { id, account: "ada@contoso.example" });
  return id;
}
