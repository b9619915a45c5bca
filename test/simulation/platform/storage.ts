import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { Scheduler } from "./scheduler.ts";

type Row = Record<string, SQLInputValue>;

/** A statement, and what is known of it by its text: it is looked at once. */
interface Prepared {
  kind: "read" | "catalogue" | "schema" | "write" | "returning";
  /** Undefined while its tables may not be there. */
  statement: Statement | undefined;
  /** Those that it names. */
  tables: readonly Table[];
  /** What it read last: as long as nothing is written to its tables it reads the same. */
  last: { changes: number; bindings: readonly SQLInputValue[]; rows: readonly Row[] } | undefined;
}

/** One table, and how often it was written to. */
interface Table {
  writes: number;
  /** What `writes` was when it was last emptied. */
  emptied: number;
}

interface Statement {
  prepared: StatementSync;
  rows: (bindings: readonly SQLInputValue[]) => Row[];
}

const reads = /^\s*(SELECT|PRAGMA|WITH)\b/i;
const tableNames = /\b(?:FROM|JOIN|INTO|UPDATE)\s+"?(\w+)/gi;
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
  readonly #words = new Map<string, StatementSync>();
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
  /** How often all tables changed at once. */
  #replacements = 0;
  readonly #tablesByName = new Map<string, Table>();

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
        return new Cursor(this.#read(query, prepared, bindings), 0);
      }
      if (this.fault?.(query) === true) throw new Error("database or disk is full: SQLITE_FULL");
      this.#begin();
      this.#writes += 1;
      for (const table of prepared.tables) table.writes += 1;
      if (kind === "schema") {
        this.#change(query);
        return nothing;
      }
      const statement = this.#statement(query, prepared);
      if (kind === "write") {
        return new Cursor([], Number(statement.prepared.run(...bindings).changes));
      }
      const rows = statement.rows(bindings);
      return new Cursor(rows, rows.length);
    },
  };

  transactionSync<Value>(work: () => Value): Value {
    this.#begin();
    const name = `s${(this.#depth += 1)}`;
    const { changes } = this.#kept;
    const made = this.#schema.length;
    this.#word(`SAVEPOINT ${name}`);
    try {
      const value = work();
      this.#word(`RELEASE ${name}`);
      return value;
    } catch (error) {
      this.#word(`ROLLBACK TO ${name}`);
      this.#word(`RELEASE ${name}`);
      this.#replaced();
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
    this.#word("COMMIT");
  }

  /** What the turn wrote is lost. */
  rollback(): void {
    if (this.#before === undefined) return;
    this.#kept = this.#before.kept;
    this.#schema.splice(this.#before.made);
    this.#before = undefined;
    this.#replaced();
    this.#word("ROLLBACK");
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
    this.#replacements += 1;
    for (const name of this.#tables()) {
      const table = this.#table(name);
      if (table.writes === table.emptied) continue;
      this.#database.exec(`DELETE FROM "${name}"`);
      table.emptied = table.writes;
    }
  }

  #change(query: string): void {
    const { changes } = this.#kept;
    if (this.#schema[changes] !== query) {
      if (changes < this.#schema.length) this.#rebuild(changes);
      this.#database.exec(query);
      this.#schema.push(query);
      // The columns of what was prepared may be others now.
      this.#statements.clear();
    }
    this.#kept = { ...this.#kept, changes: changes + 1 };
  }

  /** Another way than before: only so many changes stand. */
  #rebuild(changes: number): void {
    this.#replaced();
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
    this.#word("BEGIN");
  }

  /** What is said of a transaction. */
  #word(word: string): void {
    let statement = this.#words.get(word);
    if (statement === undefined) {
      statement = this.#database.prepare(word);
      this.#words.set(word, statement);
    }
    statement.get();
  }

  #prepared(query: string): Prepared {
    const known = this.#statements.get(query);
    if (known !== undefined) return known;
    const tables = Array.from(query.matchAll(tableNames), ([, name = ""]) => this.#table(name));
    const prepared: Prepared = {
      statement: undefined,
      kind: kindOf(query),
      tables,
      last: undefined,
    };
    this.#statements.set(query, prepared);
    return prepared;
  }

  #statement(query: string, prepared: Prepared): Statement {
    return (prepared.statement ??= statementOf(this.#database.prepare(query)));
  }

  #read(query: string, prepared: Prepared, bindings: readonly SQLInputValue[]): Row[] {
    const { last, tables } = prepared;
    let changes = this.#replacements;
    for (const { writes } of tables) changes += writes;
    if (
      last?.changes === changes &&
      last.bindings.every((binding, index) => binding === bindings[index])
    ) {
      return [...last.rows];
    }
    const rows = this.#statement(query, prepared).rows(bindings);
    prepared.last = { changes, bindings, rows };
    return [...rows];
  }

  #table(name: string): Table {
    const known = this.#tablesByName.get(name);
    if (known !== undefined) return known;
    const table = { writes: 0, emptied: 0 };
    this.#tablesByName.set(name, table);
    return table;
  }

  /** All tables hold something else than before. */
  #replaced(): void {
    this.#writes += 1;
    this.#replacements += 1;
    for (const table of this.#tablesByName.values()) table.emptied = -1;
  }
}

/** Rows as objects of one shape: those that `node:sqlite` makes are slow to read and to copy. */
function statementOf(prepared: StatementSync): Statement {
  const names = prepared.columns().map(({ name }) => name);
  const shape: Row = Object.fromEntries(names.map((name) => [name, null]));
  prepared.setReturnArrays(true);
  const rows = (bindings: readonly SQLInputValue[]): Row[] =>
    prepared.all(...bindings).map((values) => {
      const row = { ...shape };
      for (const [index, name] of names.entries()) row[name] = values[index] ?? null;
      return row;
    });
  return { prepared, rows };
}

function kindOf(query: string): Prepared["kind"] {
  if (reads.test(query)) return query.includes("sqlite_master") ? "catalogue" : "read";
  if (changesSchema.test(query)) return "schema";
  return /\bRETURNING\b/i.test(query) ? "returning" : "write";
}
