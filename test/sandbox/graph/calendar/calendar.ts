import { ChangeLog } from "../delta/change-log.ts";
import { itemNotFound, keyOfId } from "../mail/outlook-id.ts";
import { nameOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { seedEvents } from "./event-seed.ts";
import type { Occurrence, StoredEvent } from "./event.ts";
import { dayOf, isoDateOf, occurrenceDays } from "./recurrence.ts";
import { instantOf, zoneNamed } from "./time-zone.ts";

const DAY_MS = 86_400_000;
/** An occurrence's key is its series' with the date (`20260105`) in place of the last characters. */
const DATE_LENGTH = 8;

const zoneOf = (name: string) => zoneNamed(name) ?? "UTC";

/** The event itself: a single one, or the pattern of a series at its first time. */
export function ownTime(event: StoredEvent): Occurrence {
  return {
    event,
    key: event.key,
    type: event.recurrence === null ? "singleInstance" : "seriesMaster",
    start: instantOf(event.start, zoneOf(event.startZone)),
    end: instantOf(event.end, zoneOf(event.endZone)),
  };
}

/** A series keeps its clock time through the year, so its instants move with summer time. */
function occurrenceOn(event: StoredEvent, isoDate: string): Occurrence {
  const shift = dayOf(isoDate) * DAY_MS - Math.floor(event.start / DAY_MS) * DAY_MS;
  return {
    event,
    key: event.key.slice(0, -DATE_LENGTH) + isoDate.replaceAll("-", ""),
    type: "occurrence",
    start: instantOf(event.start + shift, zoneOf(event.startZone)),
    end: instantOf(event.end + shift, zoneOf(event.endZone)),
  };
}

const overlaps = ({ start, end }: Occurrence, from: number, until: number) =>
  start < until && (end > from || (end === start && start >= from));

/** The times an event takes place between two instants. */
export function occurrencesOf(event: StoredEvent, from: number, until: number): Occurrence[] {
  if (event.recurrence === null)
    return [ownTime(event)].filter((one) => overlaps(one, from, until));
  // A day more: east of Greenwich the last day has begun before the window ends.
  return occurrenceDays(event.recurrence, Math.floor(until / DAY_MS) + 1)
    .map((day) => occurrenceOn(event, isoDateOf(day)))
    .filter((one) => overlaps(one, from, until));
}

/** One person's calendar. */
export class Calendar {
  /** What ids of this calendar are made of. */
  readonly name: string;
  readonly log = new ChangeLog<StoredEvent>();

  constructor(owner: Owner) {
    this.name = nameOf(owner);
    for (const event of seedEvents(owner.user)) this.log.put(event.key, event);
  }

  /** An event, a series or one of its occurrences. Throws ErrorItemNotFound and the like. */
  find(id: string): Occurrence {
    const key = keyOfId(id);
    const event = this.log.get(key);
    if (event !== undefined) return ownTime(event);
    const series = this.log
      .values()
      .find((one) => one.recurrence !== null && key.startsWith(one.key.slice(0, -DATE_LENGTH)));
    const date = /(\d{4})(\d{2})(\d{2})$/.exec(key);
    if (series?.recurrence === undefined || series.recurrence === null || date === null)
      throw itemNotFound();
    const isoDate = date.slice(1).join("-");
    if (!occurrenceDays(series.recurrence, dayOf(isoDate)).includes(dayOf(isoDate)))
      throw itemNotFound();
    return occurrenceOn(series, isoDate);
  }

  /** The event that a client made with this transaction id before. */
  madeBy(transactionId: string): StoredEvent | undefined {
    return this.log.values().find((event) => event.transactionId === transactionId);
  }
}
