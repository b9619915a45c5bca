import type { ApiOperation } from "./read-index.ts";
import { isVerb, questionOf, wordsOfPath } from "./words.ts";

/** What an operation is found by. */
interface Entry {
  operation: ApiOperation;
  /** How much each word says about it. */
  weights: ReadonlyMap<string, number>;
  /** Names of samples, as sets of words. */
  names: readonly ReadonlySet<string>[];
  /** Words of the path that a question should account for. */
  length: number;
  endsInId: boolean;
}

/** What stands last in a path names the thing; what is before it says where. */
const lastWeight = 2;
const nameWeight = 1.2;
const methodBonus = 1.6;
const pluralBonus = 0.8;
const lengthPenalty = 0.22;
const idPenalty = 0.3;
const ownBonus = 0.4;

const isParameter = (segment: string): boolean => segment.includes("{");

function entryOf(operation: ApiOperation): Entry {
  const segments = operation.path.slice(1).split("/");
  const things = segments.filter((segment) => !isParameter(segment));
  const weights = new Map<string, number>();
  const weigh = (word: string, weight: number): void => {
    weights.set(word, Math.max(weights.get(word) ?? 0, weight));
  };
  for (const [place, segment] of things.entries()) {
    const weight = place === things.length - 1 ? lastWeight : 1;
    for (const word of wordsOfPath(segment)) weigh(word, weight);
  }
  const names = operation.names.map((name) => new Set(questionOf(name).terms.flat()));
  for (const name of names) for (const word of name) weigh(word, nameWeight);
  return {
    operation,
    weights,
    names,
    length: things.flatMap(wordsOfPath).length,
    endsInId: isParameter(segments.at(-1) ?? ""),
  };
}

/** The operations of an index, to be asked for in plain words. */
export class ApiSearch {
  readonly #entries: readonly Entry[];
  readonly #rarity = new Map<string, number>();

  constructor(operations: readonly ApiOperation[]) {
    this.#entries = operations.map(entryOf);
    for (const { weights } of this.#entries) {
      for (const word of weights.keys()) this.#rarity.set(word, (this.#rarity.get(word) ?? 0) + 1);
    }
    for (const [word, count] of this.#rarity) {
      this.#rarity.set(word, Math.log(1 + operations.length / count));
    }
  }

  /**
   * The operations that a question most probably means, the best first.
   *
   * @param most how many
   */
  find(text: string, most: number): ApiOperation[] {
    const question = questionOf(text);
    return this.#entries
      .map((entry) => ({ entry, score: this.#score(entry, question) }))
      .filter(({ score }) => score > 0)
      .toSorted((left, right) => right.score - left.score)
      .slice(0, most)
      .map(({ entry }) => entry.operation);
  }

  #score(entry: Entry, { terms, method, isPlural }: ReturnType<typeof questionOf>): number {
    let score = 0;
    let matched = 0;
    for (const term of terms) {
      const best = Math.max(
        0,
        ...term.map((word) => (entry.weights.get(word) ?? 0) * (this.#rarity.get(word) ?? 0)),
      );
      // A verb that is part of a path is an action: send, copy, publish.
      const verb = term.some(isVerb) ? 0.35 : 1;
      score += best * verb;
      if (best > 0) matched += 1;
    }
    if (matched === 0) return 0;
    score -= lengthPenalty * Math.max(0, entry.length - matched) * 2;
    if (
      method === undefined ? entry.operation.method === "GET" : entry.operation.method === method
    ) {
      score += methodBonus;
    }
    if (entry.operation.method === "GET" && isPlural !== entry.endsInId) score += pluralBonus;
    if (entry.endsInId) score -= idPenalty;
    // An agent works as one person: what is theirs is meant first.
    if (entry.operation.path.startsWith("/me/")) score += ownBonus;
    return score + this.#likeness(entry, terms);
  }

  /** How much of a sample's name a question is, and the other way round. */
  #likeness({ names }: Entry, terms: readonly (readonly string[])[]): number {
    if (terms.length === 0) return 0;
    const likeness = names.map((name) => {
      const shared = terms.filter((term) => term.some((word) => name.has(word))).length;
      return (2 * shared) / (terms.length + name.size);
    });
    return 6 * Math.max(0, ...likeness) ** 2;
  }
}
