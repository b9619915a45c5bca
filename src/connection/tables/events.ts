import type { ConnectionEvent, EventPage, EventType } from "../../contract/connection-events.ts";

type Unsequenced<Event> = Event extends ConnectionEvent ? Pick<Event, "type" | "data"> : never;
/** An event before the log gives it its place. */
export type NewEvent = Unsequenced<ConnectionEvent>;

/** Readers see this many. */
const shown = 200;
/** For a sink that is behind more are kept, but not without end. */
const keptAtMost = 10_000;

interface EventRow extends Record<string, SqlStorageValue> {
  seq: number;
  id: string;
  type: string;
  time: number;
  data: string;
}

/**
 * The last 200 events of a connection, numbered without gaps, and before them those that a sink has
 * not taken yet.
 */
export class EventLog {
  readonly #sql: SqlStorage;
  readonly #connectionId: string;

  constructor(sql: SqlStorage, connectionId: string) {
    this.#sql = sql;
    this.#connectionId = connectionId;
  }

  /** Writes an event; call inside the transaction of the change it reports. */
  append(event: NewEvent, now: number): ConnectionEvent {
    const head = this.#head({ seq: this.lastSeq() + 1, id: crypto.randomUUID(), time: now });
    this.#sql.exec(
      "INSERT INTO event (seq, id, type, time, data) VALUES (?, ?, ?, ?, ?)",
      head.seq,
      head.id,
      event.type,
      now,
      JSON.stringify(event.data),
    );
    return { ...head, ...event };
  }

  /**
   * Deletes what is read no more.
   *
   * @param neededAfter a sink still needs every event after this one; null: none does
   */
  trim(neededAfter: number | null): void {
    const last = this.lastSeq();
    const read = Math.min(last - shown, neededAfter ?? last);
    this.#sql.exec("DELETE FROM event WHERE seq <= ?", Math.max(read, last - keptAtMost));
  }

  /** 1 when there is none. */
  oldestSeq(): number {
    return Number(this.#sql.exec("SELECT min(seq) AS seq FROM event").one()["seq"] ?? 1);
  }

  lastSeq(): number {
    return Number(this.#sql.exec("SELECT max(seq) AS seq FROM event").one()["seq"] ?? 0);
  }

  /** Events after a sequence number, oldest first. */
  after(seq: number, limit: number): EventPage {
    const before = Math.max(this.oldestSeq() - 1, this.lastSeq() - shown);
    const events = this.#sql
      .exec<EventRow>(
        "SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
        Math.max(seq, before),
        limit,
      )
      .toArray()
      .map((row) => this.#read(row));
    return seq < before ? { events, truncated: true } : { events };
  }

  /** Those of some types, after a sequence number, oldest first, also where readers see them no more. */
  wanted(seq: number, types: readonly EventType[], limit: number): ConnectionEvent[] {
    return this.#sql
      .exec<EventRow>(
        `SELECT * FROM event WHERE seq > ? AND type IN (${types.map(() => "?").join(", ")})
         ORDER BY seq LIMIT ?`,
        seq,
        ...types,
        limit,
      )
      .toArray()
      .map((row) => this.#read(row));
  }

  #read(row: EventRow): ConnectionEvent {
    // Only `append` writes the table: type and data belong together.
    return { ...this.#head(row), type: row.type, data: JSON.parse(row.data) } as ConnectionEvent;
  }

  #head({ seq, id, time }: Pick<EventRow, "seq" | "id" | "time">) {
    return { seq, id, time: new Date(time).toISOString(), connection: this.#connectionId };
  }
}
