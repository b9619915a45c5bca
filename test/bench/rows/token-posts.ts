import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { Microsoft } from "../microsoft.ts";
import { type Figure, figureOf, rowOf } from "../row.ts";
import type { Topic } from "../topic.ts";
import type { Bench } from "../runtime.ts";
import { msalCallers } from "./msal.ts";

const expiry = { name: "token POSTs for 500 callers at expiry", unit: "POSTs", bar: 1 };
const refused = { name: "token POSTs for 100 callers with a 401", unit: "POSTs", bar: 1 };

const account = "ada@contoso.example";
const me = "https://graph.microsoft.com/v1.0/me";
const rounds = 3;
const idSchema = z.object({ id: z.string() });
/** Seconds. */
const shortLife = 2;
const usualLife = 3_599;

/** How often Entra is asked when everybody finds the token gone at the same time. */
export const tokenPosts: Topic = {
  name: "token POSTs",
  budgets: [expiry, refused],
  async measure(bench) {
    const microsoft = new Microsoft(bench.sandbox);
    const atExpiry: number[] = [];
    const after401: number[] = [];
    const inKv: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await microsoft.steer("settings", { access_token_lifetime_s: shortLife });
      const id = await connect(bench);
      await microsoft.steer("settings", { access_token_lifetime_s: usualLife });
      await wait((shortLife + 0.2) * 1_000);
      atExpiry.push(await microsoft.tokenPostsDuring(() => callers(bench, "actor", id, 500)));
      await microsoft.steer("revoke", { user: account, resource: "graph" });
      after401.push(await microsoft.tokenPostsDuring(() => callers(bench, "actor", id, 100)));
      await bench.lab("/share", { id, account });
      inKv.push(await microsoft.tokenPostsDuring(() => callers(bench, "kv", id, 500)));
    }
    return {
      rows: [rowOf(expiry, proven(atExpiry)), rowOf(refused, proven(after401))],
      figures: [
        figureOf(`${expiry.name}, the token in KV`, "POSTs", proven(inKv)),
        ...(await msalBeside(bench, microsoft)),
      ],
    };
  },
};

const connect = async (bench: Bench): Promise<string> =>
  idSchema.parse(await bench.lab("/connect", { account })).id;

/** All at once; the lab fails unless every one of them got its answer. */
const callers = (bench: Bench, way: string, id: string, count: number) =>
  bench.lab("/calls", { way, ids: id, url: me, count, width: count });

/** Without any POST nothing had expired, and nothing was measured. */
function proven(posts: number[]): number[] {
  if (posts.includes(0)) throw new Error("the callers met a token that was still good");
  return posts;
}

/**
 * msal-node shares a flight inside an application object, so it depends on how many there are: one a
 * server, or, where requests cannot wait for each other's promises (a Worker), one a request.
 */
async function msalBeside(bench: Bench, microsoft: Microsoft): Promise<Figure[]> {
  const posts = async (callers: number, applications: number, forceRefresh: boolean) => {
    // It renews what expires within five minutes: a short-lived token has expired for it.
    await microsoft.steer("settings", { access_token_lifetime_s: shortLife });
    const msal = await msalCallers(bench.sandbox, account);
    await microsoft.steer("settings", { access_token_lifetime_s: usualLife });
    return microsoft.tokenPostsDuring(() => msal.ask(callers, applications, { forceRefresh }));
  };
  const msal = "msal-node over a shared cache";
  const each = "an application object per request";
  return [
    figureOf(`${expiry.name}, ${msal}, two servers`, "POSTs", [await posts(500, 2, false)]),
    figureOf(`${expiry.name}, ${msal}, ${each}`, "POSTs", [await posts(500, 500, false)]),
    figureOf(`${refused.name}, ${msal}, two servers`, "POSTs", [await posts(100, 2, true)]),
    figureOf(`${refused.name}, ${msal}, ${each}`, "POSTs", [await posts(100, 100, true)]),
  ];
}
