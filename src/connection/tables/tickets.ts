/** Tickets that were used: one opens one socket, also after this object slept. */
export class Tickets {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Uses a ticket up; false when it was used before. */
  consume(jti: string, expiresAt: number, now: number): boolean {
    this.#sql.exec("DELETE FROM ticket WHERE expires_at <= ?", now);
    return (
      this.#sql.exec("INSERT OR IGNORE INTO ticket (jti, expires_at) VALUES (?, ?)", jti, expiresAt)
        .rowsWritten > 0
    );
  }
}
