import type { Comparison } from "./difference.ts";
import type { Side } from "./side.ts";

/** What came of one check; of one that writes, there can be several. */
export type Result = { check: string; source: string } & Outcome;

type At = Side["name"];

type Outcome =
  /** Both answered; `status` is Microsoft's. */
  | ({ outcome: "compared"; status: number } & Comparison)
  /** These sides have nothing to ask about. */
  | { outcome: "nothing to ask about"; at: readonly At[] }
  /** The account or its permissions do not allow the question, or the service stayed busy. */
  | { outcome: "could not ask"; at: At; reason: string }
  /** Something that the check made at Microsoft, or may have made, is still there. */
  | { outcome: "left behind"; what: string; id?: string; reason: string }
  /** No answer came, so the run ended here. */
  | { outcome: "stopped"; at: At; reason: string };

/**
 * The status that the program ends with: 2 where the run stopped early; otherwise 1 where anything
 * differs; otherwise 2 where a question could not be asked or something is left behind; otherwise 0.
 */
export function exitStatusOf(results: readonly Result[]): 0 | 1 | 2 {
  const has = (...outcomes: readonly Result["outcome"][]) =>
    results.some(({ outcome }) => outcomes.includes(outcome));
  if (has("stopped")) return 2;
  if (differencesIn(results) > 0) return 1;
  return has("could not ask", "left behind") ? 2 : 0;
}

/** How many differences there are in all. */
export const differencesIn = (results: readonly Result[]): number =>
  results.reduce(
    (sum, result) => sum + (result.outcome === "compared" ? result.differences.length : 0),
    0,
  );
