import { seeded } from "../../support/random.ts";
import type { Settings } from "../world.ts";
import type { OddCase } from "./odd-answer.ts";
import { upstreamOf, upstreams, type Asked } from "./upstreams.ts";

/** Ids are made anew in each run: they may not decide what the run meets. */
const longSegment = /[^/]{20,}/g;

/**
 * Answers some requests oddly, chosen by a seed. What a request meets follows from the seed, its
 * method and path, and how many of those came before: requests to other paths change nothing, so
 * that a program meets the same in every run, however its calls overlap.
 */
export class Chaos {
  readonly #settings: Pick<Settings, "chaos" | "chaos_share">;
  #seed: string | null = null;
  readonly #asked = new Map<string, number>();

  /** @param settings read at each request: `chaos` is the seed, null for none */
  constructor(settings: Pick<Settings, "chaos" | "chaos_share">) {
    this.#settings = settings;
  }

  /** Counts from the beginning, as does another seed. */
  restart(): void {
    this.#asked.clear();
  }

  /** What this request meets; undefined: nothing odd. */
  next(asked: Asked): OddCase | undefined {
    const { chaos: seed, chaos_share: share } = this.#settings;
    if (seed !== this.#seed) this.restart();
    this.#seed = seed;
    const name = seed === null ? undefined : upstreamOf(asked);
    if (name === undefined) return undefined;
    const key = `${asked.method} ${asked.service}${asked.path.replaceAll(longSegment, "…")}`;
    const count = (this.#asked.get(key) ?? 0) + 1;
    this.#asked.set(key, count);
    const random = seeded(`${seed}/${key}/${count}`);
    if (!random.chance(share)) return undefined;
    const cases = upstreams[name].cases.flatMap((some) => some(random));
    return cases[random.between(0, cases.length - 1)];
  }
}
