import type { Change } from "../../contract/watch.ts";
import { textOf, type JsonRecord } from "../../http/json.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { AddedChanges, NewChange } from "../tables/changes.ts";
import type { ChangeReader } from "./change-reader.ts";
import type { WatchTransitions } from "./watch-transitions.ts";

/** Graph's own texts are far shorter; a longer one is none. */
const longestText = 2_048;

/** A text of Graph's as a change may keep it. */
export function storedText(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || text === "" || text.length > longestText) return undefined;
  // Half a character is kept as another, and so would not be known again.
  return text.isWellFormed() ? text : undefined;
}

export interface ChangeIntakeOptions {
  state: ConnectionState;
  reader: Pick<ChangeReader, "view">;
  transitions: Pick<WatchTransitions, "openGap">;
  /** Sends changes to the sockets that want them. @returns whether there is one */
  publish: (changes: readonly Change[]) => boolean;
  now: () => number;
  /** Something changed that the alarm depends on. */
  rearm: () => void;
}

/** The one way in for changes: they are kept, and then given to whoever follows them. */
export class ChangeIntake {
  readonly #options: ChangeIntakeOptions;

  constructor(options: ChangeIntakeOptions) {
    this.#options = options;
  }

  /**
   * Returns once they are written, or throws.
   *
   * @param items what they bring, in clear, by the ciphertext that is kept of it
   */
  keep(
    changes: readonly NewChange[],
    items: ReadonlyMap<string, JsonRecord> = new Map(),
  ): Pick<AddedChanges, "added" | "repeated"> {
    const { state, reader, transitions, publish, now, rearm } = this.#options;
    const { added, repeated, lost, rearm: isDue } = state.keepChanges(changes, now());
    for (const [watch, since] of lost) transitions.openGap(watch, "overflow", since);
    const last = added.at(-1);
    if (
      last !== undefined &&
      publish(added.map((row) => reader.view(row, items.get(row.data ?? ""))))
    ) {
      state.changes.markRead(last.seq);
    }
    if (isDue || lost.size > 0) rearm();
    return { added, repeated };
  }
}
