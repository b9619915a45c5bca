import { changeSchema } from "../../src/contract/watch-schema.ts";
import type { Change } from "../../src/contract/watch.ts";

/** What Graph was answered that it is kept, by the item and what happened to it. */
type Promised = ReadonlySet<string>;

const nameOf = ({ watch, item, type, etag }: Pick<Change, "watch" | "item" | "type" | "etag">) =>
  [watch, item, type, etag].join(" ");

/** All that is known of one connection's changes: what it owes, and what it was ever seen to report. */
export class ChangeRecord {
  readonly faults: string[] = [];
  readonly #promised = new Set<string>();
  readonly #seen = new Map<number, string>();
  readonly #items = new Set<string>();
  #last = 0;

  /** A notification of this change was answered 202. */
  acknowledged(change: Pick<Change, "watch" | "item" | "type" | "etag">): void {
    this.#promised.add(nameOf(change));
  }

  /** What a reading that is asked for now has to show. */
  promises(): { names: Promised; last: number } {
    return { names: new Set(this.#promised), last: this.#last };
  }

  /** How many it owes. */
  get owed(): number {
    return this.#promised.size;
  }

  /** Whether a change of this item was seen. */
  knows(item: string): boolean {
    return this.#items.has(item);
  }

  /** One change, from a page or a socket: the same number must be the same change for ever. */
  saw(change: Change): void {
    const { seq, item } = change;
    // Parsed, its fields are in the same order however it came.
    const text = JSON.stringify(changeSchema.parse(change));
    const before = this.#seen.get(seq);
    if (before !== undefined && before !== text) this.faults.push(`change ${seq} is another now`);
    this.#seen.set(seq, text);
    this.#items.add(item);
    this.#last = Math.max(this.#last, seq);
  }

  /**
   * All changes that are kept, from the first: without a gap, each once, and with all that was promised.
   *
   * @param before what was promised when they were asked for
   */
  sawAll(changes: readonly Change[], before: ReturnType<ChangeRecord["promises"]>): void {
    changes.forEach(({ seq }, place) => {
      if (seq !== place + 1) this.faults.push(`change ${seq} stands where ${place + 1} should`);
    });
    const last = changes.at(-1)?.seq ?? 0;
    if (last < before.last) {
      this.faults.push(`changes end at ${last}, but ${before.last} was seen`);
    }
    const names = new Set(changes.map(nameOf));
    if (names.size < changes.length) this.faults.push("a change is there twice");
    for (const name of before.names) {
      // Said once: the next reading lacks it as well.
      if (!names.has(name) && this.#promised.delete(name)) {
        this.faults.push(`was answered as kept, and is not: ${name}`);
      }
    }
    for (const change of changes) this.saw(change);
  }
}
