export interface RaceOptions {
  rounds: number;
  /** Rounds before those that count: compilation, connections, caches. */
  warmUp: number;
  /** Done before each turn, outside its time. */
  prepare?: () => Promise<unknown>;
}

/**
 * Times contestants by turns (A B C, B C A, …), so that the machine's other work meets all of them.
 *
 * @returns milliseconds per round, by contestant
 */
export function race<Name extends string>(
  contestants: Record<Name, () => Promise<unknown>>,
  options: RaceOptions,
): Promise<Record<Name, number[]>> {
  const timed = Object.entries<() => Promise<unknown>>(contestants).map(([name, run]) => [
    name,
    async () => {
      const start = performance.now();
      await run();
      return performance.now() - start;
    },
  ]);
  return inTurns(Object.fromEntries(timed) as Record<Name, () => Promise<number>>, options);
}

/**
 * Has contestants that time themselves do so by turns, as {@link race}.
 *
 * @returns what they said per round, by contestant
 */
export async function inTurns<Name extends string>(
  contestants: Record<Name, () => Promise<number>>,
  { rounds, warmUp, prepare }: RaceOptions,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries(contestants) as [Name, () => Promise<number>][];
  const times = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (let round = -warmUp; round < rounds; round += 1) {
    const first = (round + warmUp) % entries.length;
    for (const [name, run] of [...entries.slice(first), ...entries.slice(0, first)]) {
      await prepare?.();
      const took = await run();
      if (round >= 0) times[name].push(took);
    }
  }
  return times;
}

/** What one took of what the other took, round by round: neighbours in time shared the same machine. */
export const ratios = (times: readonly number[], baseline: readonly number[]): number[] =>
  times.map((time, round) => time / (baseline[round] ?? Number.NaN));
