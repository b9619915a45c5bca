import type { CampaignReport } from "../campaign-report.ts";
import { runBatch } from "../run-batch.ts";
import type { Mutation } from "./mutation.ts";

/** Milliseconds that one search may take: a fault may keep a schedule from ever ending. */
const longest = 900_000;

export interface SearchOptions {
  /** Schedules at most. */
  runs: number;
  seed: number;
}

/**
 * Searches for faults, each in a process of its own and two at a time.
 *
 * @param done called in the order in which they end, with an error where a search broke off
 */
export async function searchAll(
  mutations: readonly Mutation[],
  options: SearchOptions,
  done: (mutation: Mutation, result: CampaignReport | Error) => void,
): Promise<void> {
  const waiting = mutations.values();
  const work = async (): Promise<void> => {
    for (const mutation of waiting) {
      const settings = { mutation: mutation.name, timeout: longest };
      const result = await runBatch({ ...options, of: mutation.of }, settings).catch(
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      done(mutation, result);
    }
  };
  await Promise.all([work(), work()]);
}
