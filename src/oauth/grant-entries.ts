import { defined } from "../contract/defined.ts";
import { retiredBy } from "./retired-tokens.ts";

/** What is kept under a key: a client's registration, a grant, a token by its hash, a step of a sign-in. */
export interface Entry {
  value: string;
  /** JSON that a list shows without reading the value. */
  metadata?: string;
  /** Counts the writes of this key; of a key that is not there it is 0. */
  version: number;
}

/** One write. */
export interface EntryChange {
  key: string;
  value: string;
  metadata?: string;
  /** Milliseconds since the epoch; absent: it stays until it is deleted. */
  expiresAt?: number;
  /** The version that the writer has read; absent: it read none, and writes whatever is there. */
  expected?: number;
}

/** Lines of a log that keeps its newest. */
export interface AppendedLines {
  /** What its keys begin with. */
  prefix: string;
  lines: readonly string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Lines that are kept. */
  most: number;
}

/** A key as a list shows it. */
export interface ListedEntry {
  key: string;
  metadata?: string;
}

/** Of a line's number in its key: more lines than any object will see. */
const lineDigits = 12;

const schema = `
  CREATE TABLE IF NOT EXISTS entry (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    metadata TEXT,
    version INTEGER NOT NULL,
    expires_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entry_by_expiry ON entry (expires_at);
`;

type Row = { value: string; metadata: string | null; version: number };

/**
 * The rows of one object, written by compare-and-set: two requests that both read a code or a refresh
 * token cannot both use it. Whatever has expired is not there. Reading creates nothing.
 */
export class GrantEntries {
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  read(key: string): Entry | undefined {
    if (!this.#exists) return undefined;
    const [row] = this.#sql
      .exec<Row>(
        "SELECT value, metadata, version FROM entry WHERE key = ? AND coalesce(expires_at > ?, TRUE)",
        key,
        this.#now(),
      )
      .toArray();
    if (row === undefined) return undefined;
    const { value, metadata, version } = row;
    return { value, version, ...defined({ metadata: metadata ?? undefined }) };
  }

  /**
   * @returns false when the key was written or deleted since it was read, or when a token would outlive
   *   its grant: nothing is written then
   */
  write({ key, value, metadata, expiresAt, expected }: EntryChange): boolean {
    const before = this.read(key);
    const version = before?.version ?? 0;
    if (expected !== undefined && expected !== version) return false;
    const grant = grantOfToken(key);
    if (grant !== undefined && this.read(grant) === undefined) return false;
    this.#sql.exec(schema);
    const insert = (row: string, text: string, number: number): void => {
      this.#sql.exec(
        `INSERT OR REPLACE INTO entry (key, value, metadata, version, expires_at)
         VALUES (?, ?, ?, ?, ?)`,
        row,
        text,
        metadata ?? null,
        number,
        expiresAt ?? null,
      );
    };
    insert(key, value, version + 1);
    if (before !== undefined && key.startsWith(grantPrefix)) {
      for (const hash of retiredBy(before.value, value)) {
        insert(`retired:${key.slice(grantPrefix.length)}:${hash}`, "", 1);
      }
    }
    return true;
  }

  /** Adds lines after all that begin so, and deletes what is too old to be kept. A list gives them as metadata. */
  append({ prefix, lines, expiresAt, most }: AppendedLines): void {
    this.#sql.exec(schema);
    const { last } = this.#sql
      .exec<{ last: string | null }>(
        "SELECT max(key) AS last FROM entry WHERE substr(key, 1, ?) = ?",
        prefix.length,
        prefix,
      )
      .one();
    let number = last === null ? 0 : Number(last.slice(prefix.length)) + 1;
    const keyOf = (of: number) => `${prefix}${String(of).padStart(lineDigits, "0")}`;
    for (const line of lines) {
      this.write({ key: keyOf(number), value: "", metadata: line, expiresAt });
      number += 1;
    }
    this.#sql.exec(
      "DELETE FROM entry WHERE substr(key, 1, ?) = ? AND key < ?",
      prefix.length,
      prefix,
      keyOf(Math.max(0, number - most)),
    );
  }

  /**
   * Deletes a key; with a grant go its tokens.
   *
   * @returns false when it was not there (any more)
   */
  remove(key: string): boolean {
    if (!this.#exists) return false;
    const there = this.read(key) !== undefined;
    this.#sql.exec("DELETE FROM entry WHERE key = ?", key);
    for (const prefix of ofGrant(key)) {
      this.#sql.exec("DELETE FROM entry WHERE substr(key, 1, ?) = ?", prefix.length, prefix);
    }
    return there;
  }

  /** Lets a key live at least until then. What is not there stays so. */
  extend(key: string, expiresAt: number): void {
    if (this.read(key) === undefined) return;
    this.#sql.exec(
      "UPDATE entry SET expires_at = ? WHERE key = ? AND expires_at < ?",
      expiresAt,
      key,
      expiresAt,
    );
  }

  /** Keys that begin so and come after `after`, in order. */
  list(prefix: string, limit: number, after = ""): ListedEntry[] {
    if (!this.#exists) return [];
    return this.#sql
      .exec<{ key: string; metadata: string | null }>(
        `SELECT key, metadata FROM entry
         WHERE substr(key, 1, ?) = ? AND key > ? AND coalesce(expires_at > ?, TRUE)
         ORDER BY key LIMIT ?`,
        prefix.length,
        prefix,
        after,
        this.#now(),
        limit,
      )
      .toArray()
      .map(({ key, metadata }) => ({ key, ...defined({ metadata: metadata ?? undefined }) }));
  }

  /** Deletes what has expired. */
  sweep(): void {
    if (!this.#exists) return;
    this.#sql.exec("DELETE FROM entry WHERE expires_at <= ?", this.#now());
  }

  /** When the next row expires, in milliseconds since the epoch; undefined: none does. */
  nextExpiry(): number | undefined {
    if (!this.#exists) return undefined;
    const { expiry } = this.#sql
      .exec<{ expiry: number | null }>("SELECT min(expires_at) AS expiry FROM entry")
      .one();
    return expiry ?? undefined;
  }

  /** Whether a row is there, expired ones counted. */
  get isEmpty(): boolean {
    return !this.#exists || this.#sql.exec("SELECT 1 FROM entry LIMIT 1").toArray().length === 0;
  }

  /** Creating the table would keep an object that was only asked. */
  get #exists(): boolean {
    return this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'entry'").toArray().length > 0;
  }
}

const grantPrefix = "grant:";

/** `grant:{user}:{grant}` of `token:{user}:{grant}:{hash}`. */
function grantOfToken(key: string): string | undefined {
  const [, grant] = /^token:(.+):[^:]+$/.exec(key) ?? [];
  return grant === undefined ? undefined : `${grantPrefix}${grant}`;
}

/** What the keys begin with that go with a grant: its tokens, and those that were replaced. */
function ofGrant(key: string): string[] {
  if (!key.startsWith(grantPrefix)) return [];
  const grant = key.slice(grantPrefix.length);
  return [`token:${grant}:`, `retired:${grant}:`];
}
