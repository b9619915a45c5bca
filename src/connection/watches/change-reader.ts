import { defined } from "../../contract/defined.ts";
import type { Change, ChangePage } from "../../contract/watch.ts";
import { parseJson } from "../../http/json.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { ChangeRow } from "../tables/changes.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";

export interface ChangeReaderOptions {
  connectionId: string;
  state: Pick<ConnectionState, "changes">;
  cipher: Pick<TokenCipher, "open">;
  now: () => number;
}

/** Gives out the changes that are kept, with what is sealed of them in clear. */
export class ChangeReader {
  readonly #options: ChangeReaderOptions;

  constructor(options: ChangeReaderOptions) {
    this.#options = options;
  }

  /** Changes after a sequence number, oldest first. From then on they count as had by somebody. */
  async page(after: number, limit: number): Promise<ChangePage> {
    const { state, now } = this.#options;
    state.changes.expire(now());
    const { rows, truncated } = state.changes.after(after, limit);
    const last = rows.at(-1);
    if (last !== undefined) state.changes.markRead(last.seq);
    const changes = await this.open(rows);
    return truncated ? { changes, truncated } : { changes };
  }

  open(rows: readonly ChangeRow[]): Promise<Change[]> {
    return Promise.all(rows.map((row) => this.#open(row)));
  }

  /** Data that cannot be opened any more is left out: that the item changed is known all the same. */
  async #open(row: ChangeRow): Promise<Change> {
    if (row.data === null) return this.view(row);
    const opened = await this.#options.cipher.open("change_data", row.data);
    return this.view(row, opened.ok ? parseJson(opened.value) : undefined);
  }

  /** @param data in clear */
  view({ seq, id, type, time, watch, resource, item, etag }: ChangeRow, data?: unknown): Change {
    return {
      seq,
      id,
      type,
      time: new Date(time).toISOString(),
      connection: this.#options.connectionId,
      watch,
      resource,
      item,
      ...defined({ etag: etag ?? undefined, data }),
    };
  }
}
