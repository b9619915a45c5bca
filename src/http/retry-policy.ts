/** How one attempt ended, as far as trying again is concerned. */
export type AttemptOutcome = { readonly status: number } | "network_error" | "timeout";

export interface RetryQuestion {
  /** Attempts made so far, the one just ended included: 1 after the first. */
  attempt: number;
  outcome: AttemptOutcome;
  /** Seconds the service asked for, when it did. */
  retryAfter?: number | undefined;
  /** Milliseconds since the first attempt began. */
  elapsedMs: number;
  /** Milliseconds after which nothing is tried again. */
  budgetMs: number;
  /** Whether doing it twice is doing it once: it is safe, or {@link isIdempotentWrite}. */
  idempotent: boolean;
  /** False: a throttled call goes back to the caller at once. Default true. */
  waitOnThrottle?: boolean | undefined;
  /** Uniform in [0, 1). */
  random: () => number;
}

export const defaultBudgetMs = 20_000;
const maxAttempts = 8;
const baseMs = 500;
const ceilingMs = 8_000;

const isCondition = (header: string): boolean => /^if-/i.test(header);

/**
 * Whether doing a write twice is doing it once (RFC 9110 §9.2.2). Never under a condition (§13): the
 * write itself ends what it depends on, and repeated after a lost answer it fails for having succeeded.
 *
 * @param declared what the caller says, whatever the method
 */
export const isIdempotentWrite = (
  method: string,
  headers: Readonly<Record<string, string>> = {},
  declared = /^(?:PUT|DELETE)$/i.test(method),
): boolean => declared && !Object.keys(headers).some(isCondition);

/**
 * Whether an attempt that failed is worth another, and after how long.
 *
 * A service that says when to come back did nothing (429, and 503 with Retry-After), so any method
 * may be repeated; after 503 without it, 504, a time-out or a broken connection the work may have
 * been done, so only an idempotent one may. The wait is the service's own plus full jitter
 * (0 to 0.5 s, doubling per attempt to 8 s), so that callers throttled together do not come back
 * together; a wait that does not fit in the budget is not begun.
 *
 * @returns milliseconds to wait; undefined when it is over
 */
export function retryWait(question: RetryQuestion): number | undefined {
  const { attempt, outcome, retryAfter, random } = question;
  const remainingMs = question.budgetMs - question.elapsedMs;
  const floorMs = (retryAfter ?? 0) * 1000;
  if (attempt >= maxAttempts || remainingMs <= 0 || floorMs > remainingMs) return undefined;
  if (isThrottled(outcome) && question.waitOnThrottle === false) return undefined;
  if (!isRetryable(outcome)) return undefined;
  if (!question.idempotent && !didNothing(outcome, retryAfter)) return undefined;
  return Math.min(floorMs + jitterMs(attempt, random), remainingMs);
}

/** Full jitter: uniform below a ceiling that doubles with each attempt. Milliseconds. */
const jitterMs = (attempt: number, random: () => number): number =>
  random() * Math.min(ceilingMs, baseMs * 2 ** (attempt - 1));

const isThrottled = (outcome: AttemptOutcome): boolean =>
  typeof outcome === "object" && outcome.status === 429;

const isRetryable = (outcome: AttemptOutcome): boolean =>
  typeof outcome === "string" || [429, 503, 504].includes(outcome.status);

const didNothing = (outcome: AttemptOutcome, retryAfter: number | undefined): boolean =>
  isThrottled(outcome) ||
  (typeof outcome === "object" && outcome.status === 503 && retryAfter !== undefined);
