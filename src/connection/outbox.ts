/** What waits to be told to the outside, written with the change it tells of. */
export type Sink = "directory";

export interface OutboxRow {
  id: number;
  sink: Sink;
  attempts: number;
}

const maximumDelay = 15 * 60_000;

/**
 * Rows say that a sink is behind, not what to tell it: delivery reads the truth of its own moment, and
 * the receiver's version fence makes a repeat harmless.
 */
export class Outbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  put(sink: Sink, now: number): void {
    this.#sql.exec("DELETE FROM outbox WHERE sink = ?", sink);
    this.#sql.exec("INSERT INTO outbox (sink, due_at) VALUES (?, ?)", sink, now);
  }

  due(now: number): OutboxRow[] {
    return this.#sql
      .exec("SELECT id, sink, attempts FROM outbox WHERE due_at <= ? ORDER BY id", now)
      .toArray()
      .map((row) => ({
        id: Number(row["id"]),
        sink: "directory",
        attempts: Number(row["attempts"]),
      }));
  }

  nextDue(): number | null {
    const due = this.#sql.exec("SELECT min(due_at) AS due FROM outbox").one()["due"];
    return typeof due === "number" ? due : null;
  }

  delivered(id: number): void {
    this.#sql.exec("DELETE FROM outbox WHERE id = ?", id);
  }

  postpone(row: OutboxRow, now: number): void {
    this.#sql.exec(
      "UPDATE outbox SET attempts = ?, due_at = ? WHERE id = ?",
      row.attempts + 1,
      now + Math.min(maximumDelay, 1_000 * 2 ** Math.min(row.attempts, 20)),
      row.id,
    );
  }
}
