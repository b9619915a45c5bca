import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { Scheduler } from "./scheduler.ts";

type Row = Record<string, SQLInputValue>;

/** A statement, and what is known of it by its text: it is looked at once. */
interface Prepared {
  /** Undefined while its tables may not be there. */
  statement: StatementSync | undefined;
  kind: "read" | "catalogue" | "schema" | "write" | "returning";
}

const reads = /^\s*(SELECT|PRAGMA|WITH)\b/i;
const changesSchema = /^(\s|--[^\n]*\n)*(CREATE|ALTER|DROP)\b/i;

/** The rows of one statement, as `SqlStorageCursor` gives them. */
class Cursor {
  readonly #rows: Row[];
  readonly rowsWritten: number;

  constructor(rows: Row[], rowsWritten: number) {
    this.#rows = rows;
    this.rowsWritten = rowsWritten;
  }

  toArray(): Row[] {
    return this.#rows;
  }

  one(): Row {
    const [row, ...others] = this.#rows;
    if (row === undefined || others.length > 0) {
      throw new Error(`Expected exactly one result from SQL query, but got ${this.#rows.length}`);
    }
    return row;
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.#rows[Symbol.iterator]();
  }
}

const nothing = new Cursor([], 0);

/** What is durable beside the rows. */
interface Kept {
  alarm: number | null;
  entries: ReadonlyMap<string, unknown>;
  /** How many of the known changes of the schema were made since the storage was empty. */
  changes: number;
}

const nothingKept: Kept = { alarm: null, entries: new Map(), changes: 0 };

/** Whether a statement of an object fails, as on a full disk. */
export type StorageFault = (query: string) => boolean;

/**
 * The storage of one object over an SQLite database. What one turn writes is one transaction: it is there
 * as a whole once the turn has ended, or not at all.
 */
export class SimulatedStorage {
  readonly #database = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, Prepared>();
  /**
   * The changes of the schema, in order, that made what the database is now. Making the tables anew would
   * take most of a schedule's time: an emptied storage keeps them, and they count for what makes them again.
   */
  #schema: string[] = [];
  /** Set to let statements fail. */
  fault: StorageFault | undefined;
  readonly #scheduler: Scheduler;
  #kept = nothingKept;
  /** As it was when the turn began to write. */
  #before: { kept: Kept; made: number } | undefined;
  /** The tables after so many changes of the schema. */
  #known: { made: number; tables: string[] } | undefined;
  #depth = 0;
  #writes = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** How often something was written; the same number means the same content. */
  get writes(): number {
    return this.#writes;
  }

  get alarm(): number | null {
    return this.#kept.alarm;
  }

  /** From outside, as the platform does when it rings. */
  putAlarm(alarm: number | null): void {
    this.#writes += 1;
    this.#kept = { ...this.#kept, alarm };
  }

  readonly sql = {
    exec: (query: string, ...bindings: SQLInputValue[]): Cursor => {
      const prepared = this.#prepared(query);
      const { kind } = prepared;
      if (kind === "read" || kind === "catalogue") {
        // What is kept of the tables of before is not there for the object.
        if (kind === "catalogue" && this.#kept.changes === 0) return nothing;
        return new Cursor(this.#statement(query, prepared).all(...bindings), 0);
      }
      if (this.fault?.(query) === true) throw new Error("database or disk is full: SQLITE_FULL");
      this.#begin();
      this.#writes += 1;
      if (kind === "schema") {
        this.#change(query);
        return nothing;
      }
      const statement = this.#statement(query, prepared);
      if (kind === "write") return new Cursor([], Number(statement.run(...bindings).changes));
      const rows = statement.all(...bindings);
      return new Cursor(rows, rows.length);
    },
  };

  transactionSync<Value>(work: () => Value): Value {
    this.#begin();
    const name = `s${(this.#depth += 1)}`;
    const { changes } = this.#kept;
    const made = this.#schema.length;
    this.#database.exec(`SAVEPOINT ${name}`);
    try {
      const value = work();
      this.#database.exec(`RELEASE ${name}`);
      return value;
    } catch (error) {
      this.#database.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
      this.#kept = { ...this.#kept, changes };
      this.#schema.splice(made);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  getAlarm(): Promise<number | null> {
    return this.#scheduler.next(() => this.#kept.alarm);
  }

  setAlarm(time: number | Date): Promise<void> {
    this.#keep({ alarm: Number(time) });
    return this.#scheduler.next(() => undefined);
  }

  deleteAlarm(): Promise<void> {
    this.#keep({ alarm: null });
    return this.#scheduler.next(() => undefined);
  }

  get(name: string): Promise<unknown> {
    return this.#scheduler.next(() => this.#kept.entries.get(name));
  }

  put(name: string, value: unknown): Promise<void> {
    this.#keep({ entries: new Map([...this.#kept.entries, [name, value]]) });
    return this.#scheduler.next(() => undefined);
  }

  /** Deletes the alarm too, as it does since 2026-02-24. */
  deleteAll(): Promise<void> {
    this.#empty();
    return this.#scheduler.next(() => undefined);
  }

  /** Call at the end of a turn. */
  commit(): void {
    if (this.#before === undefined) return;
    this.#before = undefined;
    this.#database.exec("COMMIT");
  }

  /** What the turn wrote is lost. */
  rollback(): void {
    if (this.#before === undefined) return;
    this.#kept = this.#before.kept;
    this.#schema.splice(this.#before.made);
    this.#before = undefined;
    this.#writes += 1;
    this.#database.exec("ROLLBACK");
  }

  /** From outside: makes it the storage of an object that never was. */
  clear(): void {
    this.rollback();
    this.#empty();
    this.commit();
    this.#kept = nothingKept;
    this.fault = undefined;
  }

  #empty(): void {
    this.#keep(nothingKept);
    for (const name of this.#tables()) this.#database.exec(`DELETE FROM "${name}"`);
  }

  #change(query: string): void {
    const { changes } = this.#kept;
    if (this.#schema[changes] !== query) {
      if (changes < this.#schema.length) this.#rebuild(changes);
      this.#database.exec(query);
      this.#schema.push(query);
    }
    this.#kept = { ...this.#kept, changes: changes + 1 };
  }

  /** Another way than before: only so many changes stand. */
  #rebuild(changes: number): void {
    for (const name of this.#tables()) this.#database.exec(`DROP TABLE "${name}"`);
    this.#schema.splice(changes);
    for (const query of this.#schema) this.#database.exec(query);
  }

  #tables(): string[] {
    if (this.#known?.made === this.#schema.length) return this.#known.tables;
    const tables = this.#database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all()
      .map(({ name }) => String(name));
    this.#known = { made: this.#schema.length, tables };
    return tables;
  }

  #keep(change: Partial<Kept>): void {
    this.#begin();
    this.#writes += 1;
    this.#kept = { ...this.#kept, ...change };
  }

  #begin(): void {
    if (this.#before !== undefined) return;
    this.#before = { kept: this.#kept, made: this.#schema.length };
    this.#database.exec("BEGIN");
  }

  #prepared(query: string): Prepared {
    const known = this.#statements.get(query);
    if (known !== undefined) return known;
    const prepared: Prepared = { statement: undefined, kind: kindOf(query) };
    this.#statements.set(query, prepared);
    return prepared;
  }

  #statement(query: string, prepared: Prepared): StatementSync {
    return (prepared.statement ??= this.#database.prepare(query));
  }
}

function kindOf(query: string): Prepared["kind"] {
  if (reads.test(query)) return query.includes("sqlite_master") ? "catalogue" : "read";
  if (changesSchema.test(query)) return "schema";
  return /\bRETURNING\b/i.test(query) ? "returning" : "write";
}
