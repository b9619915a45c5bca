import type { OperationPlan } from "./operation.ts";
import type { Tags } from "./state.ts";

const DEFAULT_POLLS = 2;
const DEFAULT_RETRY_AFTER_SECONDS = 1;
const MOST_POLLS = 1000;
const LONGEST_RETRY_AFTER_SECONDS = 600;

const wholeNumber = (text: string | undefined, most: number): number | undefined =>
  text !== undefined && /^\d+$/.test(text) && Number(text) <= most ? Number(text) : undefined;

/**
 * How an operation goes is told by request headers, tags of the resource, or tags of its group,
 * the first that says something:
 *
 * | header                  | tag                   | meaning                                          |
 * |-------------------------|-----------------------|--------------------------------------------------|
 * | `x-sandbox-polls`       | `sandbox-polls`       | polls that say "running" before the last (2)     |
 * | `x-sandbox-outcome`     | `sandbox-outcome`     | `Succeeded`, `Canceled` or an ARM error code     |
 * | `x-sandbox-retry-after` | `sandbox-retry-after` | seconds of `Retry-After` (1; Microsoft: 10–600)  |
 *
 * So tags `sandbox-polls: "5"`, `sandbox-outcome: "ScopeLocked"` on a group make its deletion
 * answer five polls with 202 and the sixth with 409 ScopeLocked. An operation whose polls were
 * not set also ends by itself after a minute; one whose polls were set waits for them.
 */
export function planOperation(headers: Headers, ...tagSets: readonly Tags[]): OperationPlan {
  const said = (name: string): string | undefined => {
    const header = headers.get(`x-sandbox-${name}`);
    if (header !== null) return header;
    for (const tags of tagSets)
      for (const [key, value] of Object.entries(tags))
        if (key.toLowerCase() === `sandbox-${name}`) return value;
    return undefined;
  };
  const polls = wholeNumber(said("polls"), MOST_POLLS);
  return {
    polls: polls ?? DEFAULT_POLLS,
    outcome: said("outcome") ?? "Succeeded",
    retryAfter:
      wholeNumber(said("retry-after"), LONGEST_RETRY_AFTER_SECONDS) ?? DEFAULT_RETRY_AFTER_SECONDS,
    endsUnwatched: polls === undefined,
  };
}
