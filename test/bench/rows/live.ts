import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { isTokenEndpoint, Microsoft } from "../microsoft.ts";
import { ratios } from "../race.ts";
import { figureOf, rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";
import type { Bench } from "../runtime.ts";
import { Sockets } from "./sockets.ts";

const budget = {
  name: "status change to 100 sockets, all received, against a bare broadcast",
  unit: "×",
  bar: 1.5,
};
const count = 100;
const rounds = 12;
const warmUp = 3;
const patience = 10_000;
/** For what else a change is told by, which must not burden the turn of the other. */
const settling = 100;
/** Where the bare object gets its news from. */
const newsUrl = "https://graph.microsoft.com/v1.0/news";
const idSchema = z.object({ id: z.string() });

/** As long as the event it stands for. */
const news = JSON.stringify({
  seq: 100,
  id: "00000000-0000-0000-0000-000000000000",
  time: "2026-01-01T00:00:00.000Z",
  connection: "user:u-00000000-0000-0000-0000-000000000000",
  type: "connection.connected",
  data: {},
});

/**
 * From the answer that changes things, as it leaves the sandbox, to the last client that heard of it.
 * The connection's status is changed by what Entra says at a refresh: it refuses the grant, and the
 * next time does not. The bare object broadcasts one message of that length when it gets an answer.
 */
export const live: Topic = {
  name: "live",
  budgets: [budget],
  async measure(bench) {
    const microsoft = new Microsoft(bench.sandbox);
    const { id } = idSchema.parse(await bench.lab("/connect", {}));
    const open = (of: string) => {
      const url = new URL(`/live?${new URLSearchParams({ of, id })}`, bench.url);
      url.protocol = "ws:";
      return Sockets.open(url.href, count);
    };
    const watching = await open("actor");
    const listening = await open("broadcast");
    const times = { lost: [] as number[], won: [] as number[], bare: [] as number[] };
    const bare = async () => {
      await bench.evict("broadcast", [id]);
      await microsoft.steer("faults", {
        match: { url: newsUrl },
        times: 1,
        respond: { status: 200, body: news },
      });
      return told(bench, listening, newsUrl, () => bench.lab("/broadcast", { id, url: newsUrl }));
    };
    const changed = async () => {
      // Awake again it has forgotten that it was asked to refresh a moment ago.
      await bench.evict("actor", [id]);
      return told(bench, watching, "", () => bench.lab("/refresh", { id }));
    };
    try {
      for (let round = -warmUp; round < rounds; round += 1) {
        const beforeBare = await bare();
        await microsoft.steer("faults", {
          match: { url: "/oauth2/v2.0/token" },
          times: 1,
          aadsts: 50173,
        });
        const lost = await changed();
        const won = await changed();
        if (round < 0) continue;
        times.bare.push(beforeBare);
        times.lost.push(lost);
        times.won.push(won);
      }
    } finally {
      watching.close();
      listening.close();
    }
    const figure = (what: string, of: readonly number[]) =>
      figureOf(`${what}: from the answer to the last of ${count} sockets`, "ms", of);
    return {
      rows: [rowOf(budget, [...ratios(times.lost, times.bare), ...ratios(times.won, times.bare)])],
      figures: [
        figure("grant lost", times.lost),
        figure("grant won again", times.won),
        figure("bare broadcast", times.bare),
      ],
    };
  },
};

/** Milliseconds from the sandbox's answer until every socket has heard of it. */
async function told(
  bench: Bench,
  sockets: Sockets,
  url: string,
  trigger: () => Promise<unknown>,
): Promise<number> {
  let answered = Number.NaN;
  bench.onAnswer = (request) => {
    if (url === "" ? isTokenEndpoint(request.url) : request.url === url) {
      answered = performance.now();
    }
  };
  const all = sockets.allTold();
  await trigger();
  const last = await Promise.race([all, wait(patience)]);
  bench.onAnswer = () => {};
  if (last === undefined) throw new Error(`not all of ${sockets.size} sockets were told`);
  await wait(settling);
  return last - answered;
}
