import { connectionEventSchema } from "../../src/contract/connection-event-schema.ts";
import type { ConnectionEvent } from "../../src/contract/connection-events.ts";

/** How many events a connection keeps. */
const kept = 200;

/** All that was ever seen of one connection's events, whichever way it was told. */
export class EventRecord {
  readonly #seen = new Map<number, string>();
  readonly faults: string[] = [];
  #last = 0;

  /** The highest number seen. */
  get last(): number {
    return this.#last;
  }

  /** One event, from the log, a socket or a webhook: the same number must be the same event for ever. */
  saw(event: ConnectionEvent): void {
    const { seq } = event;
    // Parsed, its fields are in the same order however it came.
    const text = JSON.stringify(connectionEventSchema.parse(event));
    const before = this.#seen.get(seq);
    if (before !== undefined && before !== text) this.faults.push(`event ${seq} is another now`);
    this.#seen.set(seq, text);
    this.#last = Math.max(this.#last, seq);
  }

  /** Something said that there are events up to this number. */
  sawSeq(seq: number): void {
    this.#last = Math.max(this.#last, seq);
  }

  /**
   * The log as the connection tells it from its start: without a gap, and with all that was seen.
   *
   * @param promised the highest number that was seen when the log was asked for
   */
  sawLog(events: readonly ConnectionEvent[], promised: number): void {
    const [first] = events;
    const start = first?.seq ?? 1;
    events.forEach((event, index) => {
      if (event.seq !== start + index) {
        this.faults.push(`event ${event.seq} stands where ${start + index} should`);
      }
    });
    const last = events.at(-1)?.seq ?? 0;
    if (start > 1 && last - start + 1 < kept) {
      this.faults.push(`the log begins at ${start} and holds ${last - start + 1}`);
    }
    if (last < promised) {
      this.faults.push(`the log ends at ${last}, but event ${promised} was seen`);
    }
    for (const event of events) this.saw(event);
  }
}
