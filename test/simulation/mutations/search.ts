import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Mutation } from "./mutation.ts";

/** Milliseconds that one search may take: a fault may keep a schedule from ever ending. */
const longest = 900_000;

/** What a search for one mutation came to. */
export interface Found {
  /** Schedules that were run: 0 where one of the known schedules found it. */
  runs: number;
  /** What did not hold; absent: nothing was found. */
  error?: string;
  /** Replays it. */
  path?: string;
}

export interface SearchOptions {
  /** Schedules at most. */
  runs: number;
  seed: number;
}

/** Searches for one mutation in a process of its own. Rejects where that process gives no report. */
export function search({ name }: Mutation, { runs, seed }: SearchOptions): Promise<Found> {
  const program = fileURLToPath(new URL("searcher.ts", import.meta.url).href);
  const child = fork(program, [name, String(runs), String(seed)], {
    timeout: longest,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaint = "";
  child.stderr?.on("data", (text) => (complaint += String(text)));
  const { promise, resolve, reject } = Promise.withResolvers<Found>();
  child.once("message", (report) => resolve(report as Found));
  child.once("error", reject);
  child.once("close", () => reject(new Error(`the search for "${name}" broke off: ${complaint}`)));
  return promise;
}

/** Searches for all of them, two at a time. `done` is called in the order in which they end. */
export async function searchAll(
  mutations: readonly Mutation[],
  options: SearchOptions,
  done: (mutation: Mutation, result: Found | Error) => void,
): Promise<void> {
  const waiting = mutations.values();
  const work = async (): Promise<void> => {
    for (const mutation of waiting) {
      const result = await search(mutation, options).catch((error: unknown) =>
        error instanceof Error ? error : new Error(String(error)),
      );
      done(mutation, result);
    }
  };
  await Promise.all([work(), work()]);
}
