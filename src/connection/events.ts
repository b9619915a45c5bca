import { connectionEventSchema, type ConnectionEvent, type EventPage } from "./contract.ts";

type Unsequenced<Event> = Event extends ConnectionEvent ? Pick<Event, "type" | "data"> : never;
/** An event before the log gives it its place. */
export type NewEvent = Unsequenced<ConnectionEvent>;

const kept = 200;

interface EventRow extends Record<string, SqlStorageValue> {
  seq: number;
  id: string;
  type: string;
  time: number;
  data: string;
}

/** The last 200 events of a connection, numbered without gaps. */
export class EventLog {
  readonly #sql: SqlStorage;
  readonly #connectionId: string;

  constructor(sql: SqlStorage, connectionId: string) {
    this.#sql = sql;
    this.#connectionId = connectionId;
  }

  /** Writes an event; call inside the transaction of the change it tells of. */
  append(event: NewEvent, now: number): ConnectionEvent {
    const seq = this.lastSeq() + 1;
    const row = {
      seq,
      id: crypto.randomUUID(),
      type: event.type,
      time: now,
      data: JSON.stringify(event.data),
    };
    this.#sql.exec(
      "INSERT INTO event (seq, id, type, time, data) VALUES (?, ?, ?, ?, ?)",
      row.seq,
      row.id,
      row.type,
      row.time,
      row.data,
    );
    this.#sql.exec("DELETE FROM event WHERE seq <= ?", seq - kept);
    return this.#read(row);
  }

  lastSeq(): number {
    return Number(this.#sql.exec("SELECT max(seq) AS seq FROM event").one()["seq"] ?? 0);
  }

  /** Events after a sequence number, oldest first. */
  after(seq: number, limit: number): EventPage {
    const events = this.#sql
      .exec<EventRow>("SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)
      .toArray()
      .map((row) => this.#read(row));
    const oldest = Number(this.#sql.exec("SELECT min(seq) AS seq FROM event").one()["seq"] ?? 1);
    return seq < oldest - 1 ? { events, truncated: true } : { events };
  }

  #read(row: EventRow): ConnectionEvent {
    return connectionEventSchema.parse({
      seq: row.seq,
      id: row.id,
      type: row.type,
      time: new Date(row.time).toISOString(),
      connection: this.#connectionId,
      data: JSON.parse(row.data),
    });
  }
}
