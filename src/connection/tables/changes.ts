import type { ChangeType } from "../../contract/watch.ts";

const hour = 60 * 60_000;
/** How long a change is kept, in milliseconds. */
export const changeRetention = 72 * hour;
/** They are deleted this much later, so that a busy watch wakes its object four times a day for it. */
const expiryGrace = 6 * hour;
/** How many are kept, and how many bytes of them. */
export const mostChanges = 2_000;
export const mostChangeBytes = 4 * 1024 * 1024;

/** A change as it is kept: `data` is ciphertext, `time` is in milliseconds. */
export interface ChangeRow extends Record<string, SqlStorageValue> {
  seq: number;
  id: string;
  watch: string;
  type: ChangeType;
  time: number;
  resource: string;
  item: string;
  etag: string | null;
  data: string | null;
}

/** A change before it has its place. */
export type NewChange = Pick<ChangeRow, "watch" | "type" | "resource" | "item" | "etag" | "data">;

/** What came of adding changes. */
export interface AddedChanges {
  added: ChangeRow[];
  repeated: number;
  /** Watches some of whose changes had to go before anybody had them, and when the first of those came. */
  lost: ReadonlyMap<string, number>;
}

const columns = "seq, id, watch, type, time, resource, item, etag, data";

/** The changes of one connection, in a sequence of their own without gaps, and who has had them. */
export class Changes {
  readonly #sql: SqlStorage;
  #totals: { rows: number; bytes: number } | undefined;
  /** Of the last change; undefined: not known yet. */
  #last: number | undefined;
  /** The last one that was kept when this object began to look for repeats. */
  #floor: number | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * Adds what is not known yet; call inside a transaction. With an etag a change is the same as one
   * that is kept; without, only as one that nobody has had yet: it may have happened once more.
   *
   * @param handedOut every change up to this one was had by whoever reads them
   */
  add(changes: readonly NewChange[], now: number, handedOut: number): AddedChanges {
    const added: ChangeRow[] = [];
    const floor = Math.max((this.#floor ??= this.lastSeq()), handedOut);
    for (const change of changes) {
      if (this.#isKnown(change, change.etag === null ? floor : 0)) continue;
      added.push(this.#insert(change, now));
    }
    const lost = this.#makeRoom(handedOut);
    return { added, repeated: changes.length - added.length, lost };
  }

  #isKnown({ watch, item, type, etag }: NewChange, after: number): boolean {
    const [known] = this.#sql
      .exec(
        `SELECT 1 FROM change
         WHERE watch = ? AND item = ? AND type = ? AND etag IS ? AND seq > ? LIMIT 1`,
        watch,
        item,
        type,
        etag,
        after,
      )
      .toArray();
    return known !== undefined;
  }

  #insert(change: NewChange, now: number): ChangeRow {
    const seq = this.lastSeq() + 1;
    const row: ChangeRow = { seq, id: crypto.randomUUID(), time: now, ...change };
    const size = sizeOf(change);
    // Counted before: the first count reads the table.
    const { rows, bytes } = this.#count();
    this.#sql.exec(
      `INSERT INTO change (${columns}, size) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.seq,
      row.id,
      row.watch,
      row.type,
      row.time,
      row.resource,
      row.item,
      row.etag,
      row.data,
      size,
    );
    this.#last = seq;
    this.#totals = { rows: rows + 1, bytes: bytes + size };
    return row;
  }

  /** Drops the oldest of too many. */
  #makeRoom(handedOut: number): Map<string, number> {
    const lost = new Map<string, number>();
    for (;;) {
      const { rows, bytes } = this.#count();
      if (rows <= mostChanges && bytes <= mostChangeBytes) return lost;
      const [oldest] = this.#sql
        .exec<{ seq: number; watch: string; time: number; size: number }>(
          "SELECT seq, watch, time, size FROM change ORDER BY seq LIMIT 1",
        )
        .toArray();
      if (oldest === undefined) return lost;
      this.#sql.exec("DELETE FROM change WHERE seq = ?", oldest.seq);
      this.#totals = { rows: rows - 1, bytes: bytes - oldest.size };
      if (oldest.seq > handedOut && !lost.has(oldest.watch)) lost.set(oldest.watch, oldest.time);
    }
  }

  #count(): { rows: number; bytes: number } {
    return (this.#totals ??= this.#sql
      .exec<{ rows: number; bytes: number }>(
        "SELECT count(*) AS rows, coalesce(sum(size), 0) AS bytes FROM change",
      )
      .one());
  }

  /** Call where a transaction failed: what was counted in it is not so. */
  recount(): void {
    this.#totals = undefined;
    this.#last = undefined;
  }

  lastSeq(): number {
    return (this.#last ??= Number(
      this.#sql
        .exec(
          `SELECT max(coalesce((SELECT max(seq) FROM change), 0),
             coalesce((SELECT change_seq FROM grant), 0)) AS seq`,
        )
        .one()["seq"],
    ));
  }

  /** Of the oldest that is kept; of the next one while there is none. */
  oldestSeq(): number {
    const oldest = this.#sql.exec("SELECT min(seq) AS seq FROM change").one()["seq"];
    return typeof oldest === "number" ? oldest : this.lastSeq() + 1;
  }

  /** Of the last change that a reader of pages or sockets was given. */
  readSeq(): number {
    const [row] = this.#sql.exec("SELECT change_read FROM grant").toArray();
    return Number(row?.["change_read"] ?? 0);
  }

  markRead(seq: number): void {
    this.#sql.exec("UPDATE grant SET change_read = ? WHERE change_read < ?", seq, seq);
  }

  /** Those after one of them, oldest first, and whether some before them are lost. */
  after(seq: number, limit: number): { rows: ChangeRow[]; truncated: boolean } {
    const rows = this.#sql
      .exec<ChangeRow>(
        `SELECT ${columns} FROM change WHERE seq > ? ORDER BY seq LIMIT ?`,
        seq,
        limit,
      )
      .toArray();
    return { rows, truncated: seq < this.oldestSeq() - 1 };
  }

  /** Those of some types after one of them, oldest first. */
  wanted(seq: number, types: readonly ChangeType[], limit: number): ChangeRow[] {
    return this.#sql
      .exec<ChangeRow>(
        `SELECT ${columns} FROM change WHERE seq > ? AND type IN (${types.map(() => "?").join(", ")})
         ORDER BY seq LIMIT ?`,
        seq,
        ...types,
        limit,
      )
      .toArray();
  }

  /** Whether one of this type and item is kept of a watch. */
  holds(watch: string, type: ChangeType, item: string): boolean {
    const [known] = this.#sql
      .exec(
        "SELECT 1 FROM change WHERE watch = ? AND item = ? AND type = ? LIMIT 1",
        watch,
        item,
        type,
      )
      .toArray();
    return known !== undefined;
  }

  /** When a watch last had one, in milliseconds, or null. */
  lastTimeOf(watch: string): number | null {
    const last = this.#sql.exec("SELECT max(time) AS at FROM change WHERE watch = ?", watch).one();
    return typeof last["at"] === "number" ? last["at"] : null;
  }

  /** When the next are to be deleted, or null while there are none. */
  nextExpiry(): number | null {
    const oldest = this.#oldestTime();
    return oldest === null ? null : oldest + changeRetention + expiryGrace;
  }

  #oldestTime(): number | null {
    const [oldest] = this.#sql.exec("SELECT time FROM change ORDER BY seq LIMIT 1").toArray();
    return typeof oldest?.["time"] === "number" ? oldest["time"] : null;
  }

  /** Deletes what is too old. */
  expire(now: number): void {
    const oldest = this.#oldestTime();
    if (oldest === null || oldest > now - changeRetention) return;
    this.#remove("time <= ?", now - changeRetention);
  }

  clear(): void {
    this.#remove("TRUE");
  }

  /** The sequence goes on, whatever was deleted. */
  #remove(where: string, ...bindings: SqlStorageValue[]): void {
    if (this.oldestSeq() > this.lastSeq()) return;
    this.#sql.exec("UPDATE grant SET change_seq = ?", this.lastSeq());
    this.#sql.exec(`DELETE FROM change WHERE ${where}`, ...bindings);
    this.#totals = undefined;
  }
}

/** What a row takes, roughly: its texts and as much again for its numbers and its index. */
const sizeOf = ({ watch, type, resource, item, etag, data }: NewChange): number =>
  [watch, type, resource, item, item, etag, data].reduce(
    (bytes, text) => bytes + (text?.length ?? 0),
    96,
  );
