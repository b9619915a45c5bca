import type { ErrorCode, Failure } from "../contract/errors.ts";

/** When to poll a long-running operation again, and when to stop trying. */

/** Ours: the answer was read, and there is nothing to come back for. */
const finalReasons: ReadonlySet<string> = new Set(["foreign_link", "operation_ended"]);

const passing: ReadonlySet<ErrorCode> = new Set([
  "throttled",
  "upstream_error",
  "upstream_timeout",
  "upstream_unavailable",
]);

/**
 * Whether a poll that failed says nothing about the operation, so that the next one may succeed.
 * What a Location answers at the end is the operation's own answer: 4xx ends it.
 */
export const pollGoesOn = ({ code, details }: Failure): boolean =>
  passing.has(code) && !finalReasons.has(details?.reason ?? "");

/** Polls that fail in a row before the poller gives up; the operation itself goes on. */
export const unreadablePollLimit = 10;

const longestDelay = 600;
const longestGuess = 60;

/**
 * Seconds until the next poll: what the service says, otherwise 2, 4, 8… up to the 60 that ARM's
 * rules give as the default, so that short operations are seen soon. ARM says 0 at times, also
 * when it throttles: that is taken for a second, since a poller that does not wait would spend its
 * attempts within one.
 *
 * @param polls polls made so far.
 */
export function pollDelay(retryAfter: number | undefined, polls: number): number {
  if (retryAfter !== undefined) {
    return Math.min(Math.max(retryAfter, polls === 0 ? 0 : 1), longestDelay);
  }
  return Math.min(2 ** (polls + 1), longestGuess);
}
