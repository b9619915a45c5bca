import * as z from "zod";
import type { Pause } from "../policy/delivery-policy.ts";
import { jsonColumn } from "./json-column.ts";

/** The name of the directory's row; every other sink gets events or changes. */
export const directorySink = "directory";
/** How the names of rows begin whose sinks get changes: these have a sequence of their own. */
export const changesPrefix = "changes:";

const pauseSchema = z.object({
  reason: z.enum(["gone", "failing"]),
  triedAt: z.number(),
  fingerprint: z.number(),
}) satisfies z.ZodType<Pause>;

const outboxRowSchema = z.object({
  sink: z.string(),
  after_seq: z.int(),
  attempts: z.int(),
  failing_since: z.number().nullable(),
  due_at: z.number().nullable(),
  paused: jsonColumn(pauseSchema).nullable(),
});

/** A sink that is behind. */
export type OutboxRow = z.infer<typeof outboxRowSchema>;

/**
 * A row says that a sink is behind, not what it lacks: the directory gets the state of the moment, the
 * others what the log holds after `after_seq`. It is written with the change that it reports.
 */
export class Outbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  read(sink: string): OutboxRow | undefined {
    const [row] = this.#sql.exec("SELECT * FROM outbox WHERE sink = ?", sink).toArray();
    return row === undefined ? undefined : outboxRowSchema.parse(row);
  }

  all(): OutboxRow[] {
    const rows = this.#sql.exec("SELECT * FROM outbox ORDER BY sink").toArray();
    return rows.map((row) => outboxRowSchema.parse(row));
  }

  /** Rows that wait for a moment, those that are paused left out. */
  waiting(): { sink: string; dueAt: number }[] {
    return this.#sql
      .exec("SELECT sink, due_at FROM outbox WHERE due_at IS NOT NULL ORDER BY due_at")
      .toArray()
      .map((row) => ({ sink: String(row["sink"]), dueAt: Number(row["due_at"]) }));
  }

  /** Names of sinks that get nothing more, or not for now. */
  paused(): string[] {
    return this.#sql
      .exec("SELECT sink FROM outbox WHERE paused IS NOT NULL ORDER BY sink")
      .toArray()
      .map((row) => String(row["sink"]));
  }

  /** Makes a delivery due now, whatever failed before. */
  put(sink: string, now: number, afterSeq = 0): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO outbox (sink, after_seq, due_at) VALUES (?, ?, ?)",
      sink,
      afterSeq,
      now,
    );
  }

  /** Tries a row now, whatever failed before. */
  hasten(sink: string, now: number): void {
    this.#sql.exec("UPDATE outbox SET due_at = ? WHERE sink = ?", now, sink);
  }

  /** The sink took everything up to an event, and there is more for it. */
  advance(sink: string, afterSeq: number): void {
    this.#sql.exec(
      `UPDATE outbox SET after_seq = ?, attempts = 0, failing_since = NULL, paused = NULL
       WHERE sink = ?`,
      afterSeq,
      sink,
    );
  }

  /** It is up to date. */
  remove(sink: string): void {
    this.#sql.exec("DELETE FROM outbox WHERE sink = ?", sink);
  }

  /** @param failing since when: of the first failure in a row */
  postpone({ sink, attempts }: OutboxRow, dueAt: number, failingSince: number): void {
    this.#sql.exec(
      "UPDATE outbox SET attempts = ?, failing_since = ?, due_at = ? WHERE sink = ?",
      attempts + 1,
      failingSince,
      dueAt,
      sink,
    );
  }

  pause(sink: string, pause: Pause): void {
    this.#sql.exec(
      `UPDATE outbox SET paused = ?, due_at = NULL, attempts = 0, failing_since = NULL
       WHERE sink = ?`,
      JSON.stringify(pause),
      sink,
    );
  }

  /** The last event that every sink which is behind has had, or null when none is behind. */
  neededAfter(): number | null {
    return this.#least("sink <> ? AND sink NOT GLOB ?", directorySink, `${changesPrefix}*`);
  }

  /** The last change that every sink of changes which is behind has had, or null when none is behind. */
  changesNeededAfter(): number | null {
    return this.#least("sink GLOB ?", `${changesPrefix}*`);
  }

  #least(where: string, ...names: string[]): number | null {
    const needed = this.#sql
      .exec(
        `SELECT min(after_seq) AS seq FROM outbox WHERE due_at IS NOT NULL AND ${where}`,
        ...names,
      )
      .one()["seq"];
    return typeof needed === "number" ? needed : null;
  }
}
