/** Time and chance, for code that waits and retries. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Milliseconds after which nothing is tried again. */
  budgetMs?: number | undefined;
}
