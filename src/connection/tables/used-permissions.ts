import * as z from "zod";
import { jsonColumn } from "./json-column.ts";

const usedColumn = jsonColumn(z.record(z.string(), z.number()));

/**
 * When each permission was first used, as a column of the grant's row: a table of its own would take a
 * page of storage. It is read once in an object's life, and written once for each permission.
 */
export class UsedPermissions {
  readonly #sql: SqlStorage;
  #known: Map<string, number> | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** By permission; milliseconds since the epoch. */
  list(): ReadonlyMap<string, number> {
    return (this.#known ??= this.#read());
  }

  /** @param now milliseconds since the epoch */
  record(permission: string, now: number): void {
    const known = this.list();
    if (known.has(permission)) return;
    this.#write(new Map(known).set(permission, now));
  }

  /** Of another account nothing was used. */
  clear(): void {
    this.#write(new Map());
  }

  #read(): Map<string, number> {
    const [row] = this.#sql.exec("SELECT used_permissions AS used FROM grant").toArray();
    return new Map(Object.entries(row === undefined ? {} : usedColumn.parse(row["used"])));
  }

  /** What storage did not take is not known either. */
  #write(used: Map<string, number>): void {
    this.#known = undefined;
    this.#sql.exec(
      "UPDATE grant SET used_permissions = ?",
      JSON.stringify(Object.fromEntries(used)),
    );
    this.#known = used;
  }
}
