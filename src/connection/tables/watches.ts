import * as z from "zod";
import { eventError } from "../../contract/event-error-schema.ts";
import { storedRemedySchema } from "../../contract/remedy-schema.ts";
import { changeKinds, gapReasons, watchStates } from "../../contract/watch.ts";
import { jsonColumn } from "./json-column.ts";

const flag = z.int().transform((value) => value !== 0);

const rowSchema = z.object({
  id: z.string(),
  /** As the policy of resources spells it. */
  resource: z.string(),
  change_types: jsonColumn(z.array(z.enum(changeKinds))),
  include_data: flag,
  selected: jsonColumn(z.array(z.string())).nullable(),
  catch_up: flag,
  state: z.enum(watchStates).exclude(["ended"]),
  incarnation: z.int(),
  /** Graph's; null while it keeps none, as far as is known. */
  subscription_id: z.string().nullable(),
  /** Which secret signed the subscription's address. */
  signed_by: z.string().nullable(),
  /** Id of the key that items are encrypted for. */
  encrypted_for: z.string().nullable(),
  asked_at: z.number().nullable(),
  /** Place among the lifetimes to ask for: those before it were refused. */
  lifetime: z.int(),
  /** When Graph last said that it keeps the subscription. */
  confirmed_at: z.number().nullable(),
  expires_at: z.number().nullable(),
  renew_at: z.number().nullable(),
  /** When to look whether Graph still has it; null: Graph would say so itself. */
  check_at: z.number().nullable(),
  /** Not before; set while attempts fail. */
  retry_at: z.number().nullable(),
  attempts: z.int(),
  /** `latch`: the grant, or Graph's token, is latched. `permission`: Graph said no. */
  blocked_by: z.enum(["latch", "permission"]).nullable(),
  remedy: jsonColumn(storedRemedySchema).nullable(),
  error: jsonColumn(eventError).nullable(),
  gap_since: z.number().nullable(),
  gap_reason: z.enum(gapReasons).nullable(),
  /** Ciphertext. */
  delta_link: z.string().nullable(),
  created_at: z.number(),
});

/** A watch as it is kept. Times are milliseconds since the epoch. */
export type WatchRow = z.output<typeof rowSchema>;
export type WatchColumns = Partial<Omit<WatchRow, "id" | "created_at">>;
/** What a new watch begins with. */
export type NewWatch = Pick<
  WatchRow,
  | "id"
  | "resource"
  | "change_types"
  | "include_data"
  | "selected"
  | "catch_up"
  | "state"
  | "created_at"
>;

/** Watches of one connection. There are few of them. */
export class Watches {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  list(): WatchRow[] {
    return this.#sql
      .exec("SELECT * FROM watch ORDER BY created_at, id")
      .toArray()
      .map((row) => rowSchema.parse(row));
  }

  read(id: string): WatchRow | undefined {
    const [row] = this.#sql.exec("SELECT * FROM watch WHERE id = ?", id).toArray();
    return row === undefined ? undefined : rowSchema.parse(row);
  }

  add(watch: NewWatch): void {
    const entries = Object.entries(watch);
    this.#sql.exec(
      `INSERT INTO watch (${entries.map(([column]) => column).join(", ")})
       VALUES (${entries.map(() => "?").join(", ")})`,
      ...entries.map(([, value]) => stored(value)),
    );
  }

  update(id: string, columns: WatchColumns): void {
    const entries = Object.entries(columns);
    if (entries.length === 0) return;
    this.#sql.exec(
      `UPDATE watch SET ${entries.map(([column]) => `${column} = ?`).join(", ")} WHERE id = ?`,
      ...entries.map(([, value]) => stored(value)),
      id,
    );
  }

  /** Tries those now that wait for somebody: an account signed in that may do more. */
  hasten(now: number): void {
    this.#sql.exec("UPDATE watch SET retry_at = ? WHERE state = 'blocked'", now);
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM watch WHERE id = ?", id);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM watch");
  }
}

function stored(value: unknown): SqlStorageValue {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : JSON.stringify(value);
}
