import * as z from "zod";
import { connectionStatuses } from "../contract/connection-info.ts";
import { remedyActions } from "../contract/remedy.ts";
import { time } from "../contract/time.ts";
import { wordsOf } from "./entry.ts";
import type { Ask } from "./fault.ts";

const countSchema = z.object({
  status: z.enum(connectionStatuses),
  remedyAction: z.enum(remedyActions).nullable(),
  connections: z.int(),
  /** Since when the first of them is. */
  since: time,
});
/** How many connections are in one state. */
export type DirectoryCount = z.infer<typeof countSchema>;

const pausedSchema = z.object({ paused_sinks: z.string(), connections: z.int() });

/** How many connections there are, by state and by paused sink. */
export class ConnectionCensus {
  readonly #ask: Ask;

  /** @param ask runs a statement, and gives a fault of the database its name */
  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** How many connections are in each state, and since when the first of them is. */
  async counts(): Promise<DirectoryCount[]> {
    const { results } = await this.#ask((db) =>
      db
        .prepare(
          `SELECT status, remedy_action AS remedyAction, count(*) AS connections,
             min(updated_at) AS since
           FROM oauth_connections GROUP BY remedy_action, status`,
        )
        .all(),
    );
    return results.map((row) => countSchema.parse(row));
  }

  /** How many connections each sink is paused for. */
  async pausedSinks(): Promise<Record<string, number>> {
    const { results } = await this.#ask((db) =>
      db
        .prepare(
          `SELECT paused_sinks, count(*) AS connections FROM oauth_connections
           WHERE paused_sinks IS NOT NULL GROUP BY paused_sinks`,
        )
        .all(),
    );
    const counts: Record<string, number> = {};
    for (const { paused_sinks: sinks, connections } of results.map((row) =>
      pausedSchema.parse(row),
    )) {
      for (const sink of wordsOf(sinks)) counts[sink] = (counts[sink] ?? 0) + connections;
    }
    return counts;
  }
}
