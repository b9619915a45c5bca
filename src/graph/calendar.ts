import type { Event } from "@microsoft/microsoft-graph-types";
import { AzureError, type Failure } from "../contract/errors.ts";
import { writeJson } from "../http/json.ts";
import type { PagedItems } from "../http/page.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { unexpectedBody } from "../http/upstream-error.ts";
import type { MailboxOptions } from "./messages.ts";
import { graphPath, invalid, ownerPath } from "./path.ts";
import { listQuery, preferHeader, type ListOptions, type Query } from "./query.ts";
import type { GraphSession } from "./session.ts";

export interface CalendarOptions extends MailboxOptions {
  /** Id of one of the user's calendars. Default: the user's own. */
  calendar?: string | undefined;
  /** Windows or IANA name of the zone in which times are given. Default UTC. */
  timeZone?: string | undefined;
  bodyType?: "text" | "html" | undefined;
}

export type EventListOptions = ListOptions & CalendarOptions;

export interface CalendarViewOptions extends EventListOptions {
  /** ISO 8601; without an offset it is UTC. */
  start: string | Date;
  end: string | Date;
}

export interface EventOptions extends CalendarOptions {
  signal?: AbortSignal | undefined;
}

export type CreateEventOptions = EventOptions;

/** Events of a calendar. Every method throws `AzureError`. */
export class Calendar {
  readonly #session: GraphSession;
  readonly #newId: () => string;

  constructor(session: GraphSession, newId: () => string) {
    this.#session = session;
    this.#newId = newId;
  }

  /** Events as they were made: a series is one item. */
  events(options: EventListOptions = {}): PagedItems<Event> {
    return this.#list("/events", options, () => ({}));
  }

  /** What happens between two times: a series shows as its occurrences. */
  view(options: CalendarViewOptions): PagedItems<Event> {
    return this.#list("/calendarView", options, () => orThrow(period(options)));
  }

  /**
   * Creates an event. Exchange drops a second one with the same `transactionId`, so it is given one
   * and can be repeated after a lost answer.
   */
  async create(event: Event, options: CreateEventOptions = {}): Promise<Event> {
    const prefer = orThrow(preferHeader({ timeZone: options.timeZone }));
    const whole = { ...event, transactionId: event.transactionId ?? this.#newId() };
    return orThrow(
      await this.#session.json<Event>({
        method: "POST",
        path: orThrow(calendarPath("/events", this.#owned(options))),
        headers: { "content-type": "application/json", ...prefer },
        body: orThrow(writeJson(whole, "event")),
        idempotent: true,
        signal: options.signal,
      }),
    );
  }

  /** Changes what `change` holds of an event, and leaves the rest; the same again changes nothing. */
  async update(id: string, change: Event, options: EventOptions = {}): Promise<Event> {
    const prefer = orThrow(preferHeader({ timeZone: options.timeZone }));
    return orThrow(
      await this.#session.json<Event>({
        method: "PATCH",
        path: orThrow(this.#eventPath(id, options)),
        headers: { "content-type": "application/json", ...prefer },
        body: orThrow(writeJson(change, "change")),
        idempotent: true,
        signal: options.signal,
      }),
    );
  }

  /** Deletes an event; the organizer's is cancelled for its attendees. */
  async delete(id: string, options: EventOptions = {}): Promise<void> {
    const path = orThrow(this.#eventPath(id, options));
    const { signal } = options;
    const answer = orThrow(await this.#session.send({ method: "DELETE", path, signal }));
    if (!answer.ok) throw new AzureError(unexpectedBody(true));
  }

  #eventPath(id: string, options: CalendarOptions): Result<string, Failure> {
    const event = graphPath("/events/{id}", { id });
    return event.ok ? calendarPath(event.value, this.#owned(options)) : event;
  }

  #owned({ user, calendar }: CalendarOptions): CalendarPlace {
    return { user: user ?? this.#session.user, calendar };
  }

  #list(noun: string, options: EventListOptions, extra: () => Query): PagedItems<Event> {
    const { timeZone, bodyType, signal } = options;
    return this.#session.list(() => ({
      path: orThrow(calendarPath(noun, this.#owned(options))),
      query: { ...extra(), ...orThrow(listQuery(options)) },
      headers: orThrow(preferHeader({ timeZone, bodyType })),
      signal,
    }));
  }
}

interface CalendarPlace {
  user: string | null | undefined;
  calendar: string | undefined;
}

const calendarPath = (noun: string, { user, calendar }: CalendarPlace): Result<string, Failure> =>
  calendar === undefined
    ? ownerPath(user, noun)
    : ownerPath(user, `/calendars/{calendar}${noun}`, { calendar });

function period({ start, end }: CalendarViewOptions): Result<Query, Failure> {
  const [from, to] = [instant(start), instant(end)];
  if (from === undefined) return err(invalid("start", '"start" must be an ISO 8601 time.'));
  if (to === undefined) return err(invalid("end", '"end" must be an ISO 8601 time.'));
  return ok({ startDateTime: from, endDateTime: to });
}

const isoTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

function instant(value: string | Date): string | undefined {
  if (typeof value === "string") {
    return isoTime.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
  }
  return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
}
