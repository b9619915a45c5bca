import { ChangeLog } from "../delta/change-log.ts";
import { GraphError } from "../graph-error.ts";
import { folderId, itemNotFound, keyOfId } from "../mail/outlook-id.ts";
import { nameOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { seedEvents } from "./event-seed.ts";
import type { Occurrence, StoredEvent } from "./event.ts";
import { dayOf, isoDateOf, occurrenceDays } from "./recurrence.ts";
import { seedCalendars } from "./stored-calendar.ts";
import type { StoredCalendar } from "./stored-calendar.ts";
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

/** The key of a series' occurrence on a day. */
const keyOn = (series: StoredEvent, isoDate: string) =>
  series.key.slice(0, -DATE_LENGTH) + isoDate.replaceAll("-", "");

/**
 * A series keeps its clock time through the year, so its instants move with summer time. Undefined for
 * a day on which it does not take place.
 */
function occurrenceOn(series: StoredEvent, isoDate: string): Occurrence | undefined {
  const exception = series.exceptions[isoDate];
  if (exception === null) return undefined;
  const shift = dayOf(isoDate) * DAY_MS - Math.floor(series.start / DAY_MS) * DAY_MS;
  const event = {
    ...series,
    start: series.start + shift,
    end: series.end + shift,
    ...exception,
  };
  return {
    event,
    key: keyOn(series, isoDate),
    type: exception === undefined ? "occurrence" : "exception",
    day: isoDate,
    start: instantOf(event.start, zoneOf(event.startZone)),
    end: instantOf(event.end, zoneOf(event.endZone)),
  };
}

const overlaps = ({ start, end }: Occurrence, from: number, until: number) =>
  start < until && (end > from || (end === start && start >= from));

/** The times an event takes place between two instants. */
export function occurrencesOf(event: StoredEvent, from: number, until: number): Occurrence[] {
  if (event.recurrence === null)
    return [ownTime(event)].filter((one) => overlaps(one, from, until));
  // A day more: east of Greenwich the last day has begun before the window ends.
  const days = occurrenceDays(event.recurrence, Math.floor(until / DAY_MS) + 1).map(isoDateOf);
  // An exception may have been moved into the window from any day.
  return [...new Set([...days, ...Object.keys(event.exceptions)])]
    .flatMap((day) => occurrenceOn(event, day) ?? [])
    .filter((one) => overlaps(one, from, until));
}

/** Keys of the occurrences of a series that were taken out of it. */
export const removedKeys = (event: StoredEvent): string[] =>
  Object.entries(event.exceptions).flatMap(([day, exception]) =>
    exception === null ? [keyOn(event, day)] : [],
  );

/** One person's calendars and the events in them. */
export class Calendar {
  /** What ids of these calendars are made of. */
  readonly name: string;
  readonly calendars = new Map<string, StoredCalendar>();
  readonly log = new ChangeLog<StoredEvent>();

  constructor(owner: Owner) {
    this.name = nameOf(owner);
    for (const calendar of seedCalendars()) this.calendars.set(calendar.key, calendar);
    for (const event of seedEvents(owner.user)) this.log.put(event.key, event);
  }

  /** The calendar that an id means. */
  calendar(id: string): StoredCalendar {
    const found = [...this.calendars.values()].find(({ key }) => folderId(this.name, key) === id);
    if (found !== undefined) return found;
    throw id.startsWith("AQMkAD")
      ? itemNotFound()
      : new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
  }

  /** The events of one calendar as they were made: a series is one. */
  eventsIn(calendar: string): StoredEvent[] {
    return this.log.values().filter((event) => event.calendar === calendar);
  }

  /**
   * An event, a series or one of its occurrences. Throws ErrorItemNotFound and the like.
   *
   * @param calendar where it has to be; default anywhere
   */
  find(id: string, calendar?: string): Occurrence {
    const key = keyOfId(id);
    const event = this.log.get(key);
    const found = event === undefined ? this.#occurrence(key) : ownTime(event);
    if (found === undefined || (calendar !== undefined && found.event.calendar !== calendar))
      throw itemNotFound();
    return found;
  }

  #occurrence(key: string): Occurrence | undefined {
    const series = this.log
      .values()
      .find((one) => one.recurrence !== null && key.startsWith(one.key.slice(0, -DATE_LENGTH)));
    const date = /(\d{4})(\d{2})(\d{2})$/.exec(key);
    if (series?.recurrence === undefined || series.recurrence === null || date === null)
      return undefined;
    const isoDate = date.slice(1).join("-");
    return occurrenceDays(series.recurrence, dayOf(isoDate)).includes(dayOf(isoDate))
      ? occurrenceOn(series, isoDate)
      : undefined;
  }

  /** A series on one of its days. */
  on(series: StoredEvent, day: string): Occurrence {
    const occurrence = occurrenceOn(series, day);
    if (occurrence === undefined) throw itemNotFound();
    return occurrence;
  }

  /** The event as it is kept: of an occurrence, the series. */
  stored({ event: { key } }: Occurrence): StoredEvent {
    const event = this.log.get(key);
    if (event === undefined) throw itemNotFound();
    return event;
  }

  /** This person's copy of somebody's event. */
  copyOf(uid: string): StoredEvent | undefined {
    return this.log.values().find((event) => event.uid === uid);
  }

  put(event: StoredEvent): StoredEvent {
    return this.log.put(event.key, event);
  }

  /** The event that a client made with this transaction id before. */
  madeBy(transactionId: string): StoredEvent | undefined {
    return this.log.values().find((event) => event.transactionId === transactionId);
  }
}
