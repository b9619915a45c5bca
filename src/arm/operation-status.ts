import { isRecord, recordOf } from "../http/json.ts";
import { defined } from "../contract/defined.ts";

/** How ARM's documents say whether an operation is over, read one property at a time. */

export type Phase = "running" | "succeeded" | "failed" | "canceled";

/**
 * What a status word means, in any case. Providers vary the three terminal words
 * (`ProvisioningFailed`, `SucceededWithWarnings`, `Cancelled`); a word of something under way
 * (`Canceling`, `FailingOver`), and any other, means that it is still going on.
 */
export function phaseOf(status: string): Phase {
  if (/fail(?!ing|over)/i.test(status)) return "failed";
  if (/cancel(?!l?ing)/i.test(status)) return "canceled";
  return /(?<!not[\s_-]?|un)succeeded/i.test(status) ? "succeeded" : "running";
}

export interface StatusWord {
  /** Absent: the document holds none. */
  word?: string;
  /** Before the word, or without one, stood something else than a word: success is not believed. */
  odd: boolean;
}

/** Stands in the place of a word where certainly none can be. */
const noWord = Symbol("no word");

/** Where a resource has its state: in its properties or, with some providers, beside them. */
function resourcePlaces(body: unknown): unknown[] {
  const { properties, provisioningState } = recordOf(body);
  if (isRecord(properties)) return [properties["provisioningState"], provisioningState];
  return properties === undefined || properties === null
    ? [provisioningState]
    : [noWord, provisioningState];
}

function firstWord(places: readonly unknown[]): StatusWord {
  const said = places.filter((place) => place !== undefined && place !== null);
  const word = said.find((place) => typeof place === "string");
  return { ...defined({ word }), odd: said[0] !== word };
}

/** The state of a resource, by its provisioningState. */
export const resourceStatus = (body: unknown): StatusWord => firstWord(resourcePlaces(body));

/** The state of an operation, by its status document; the resource that it may hold comes second. */
export const operationStatus = (body: unknown): StatusWord =>
  firstWord([recordOf(body)["status"], ...resourcePlaces(body)]);
