import { Hono } from "hono";
import { json } from "../answer.ts";
import { deltaAnswer } from "../delta/delta-round.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { outlookDelta, untracked } from "../mail/messages-delta.ts";
import { itemId } from "../mail/outlook-id.ts";
import { answerOutlookList } from "../outlook-list.ts";
import { badRequest } from "../query.ts";
import { acceptedOptions } from "../query-options.ts";
import type { QueryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { occurrencesOf, ownTime, removedKeys } from "./calendar.ts";
import { calendarOf } from "./calendars.ts";
import { viewEvent } from "./event-view.ts";
import { eventSchema } from "./event.ts";
import { eventListOptions, eventOf, eventRelations, hiddenFrom, withinOf } from "./events.ts";
import { isMoment } from "../odata/moment.ts";
import { readLocal } from "./time-zone.ts";

interface Window {
  from: number;
  until: number;
}

const LONGEST_DAYS = 1825;
const DAY_MS = 86_400_000;

/** An instant; a value without offset is UTC, whatever Prefer says. */
function instant(text: string): number {
  const read = readLocal(text) ?? (isMoment(text) ? Date.parse(text) : Number.NaN);
  if (Number.isNaN(read))
    throw badRequest(
      `The value '${text}' of the time window is not a date and time.`,
      "ErrorInvalidParameter",
    );
  return read;
}

/** Reads the window of a calendar view. Throws Exchange's 400 when half of it is missing. */
function windowOf({ startdatetime: start, enddatetime: end }: QueryOptions): Window {
  if (start === undefined || end === undefined)
    throw badRequest(
      "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.",
      "ErrorInvalidParameter",
    );
  const window = { from: instant(start), until: instant(end) };
  if (window.until < window.from)
    throw badRequest(
      "The end of the time window is before its start.",
      "ErrorCalendarEndDateIsEarlierThanStartDate",
    );
  if (window.until - window.from > LONGEST_DAYS * DAY_MS)
    throw badRequest(
      "The specified view range exceeds the maximum range of 1825 days.",
      "ErrorCalendarViewRangeTooBig",
    );
  return window;
}

function answerView(c: GraphContext, state: GraphState, request: MailboxRequest): Response {
  const options = eventListOptions(c);
  const { from, until } = windowOf(options);
  const calendar = state.calendar(request.owner);
  return answerOutlookList(c, {
    path: `users('${request.owner.graphId}')${withinOf(c)}/calendarView`,
    schema: eventSchema,
    options,
    items: calendar
      .eventsIn(calendarOf(c, calendar).key)
      .flatMap((event) => occurrencesOf(event, from, until))
      .sort((left, right) => left.start - right.start),
    view: (one) => viewEvent(calendar.name, one, request.preferences),
    relations: eventRelations,
    hidden: hiddenFrom(c),
    pageSetting: state.world.settings.page_size,
  });
}

/** A delta query of a calendar view takes its window and nothing else. */
function checkDelta(c: GraphContext, options: QueryOptions): void {
  acceptedOptions(c, {
    accepted: ["$skiptoken", "$deltatoken"],
    refuse: (option) =>
      option === "$top"
        ? badRequest(
            "The '$top' parameter is not supported with change tracking over the 'CalendarView' resource as page size cannot be guaranteed. Express page size preferences using the Prefer: odata.maxpagesize= header instead.",
            "ErrorInvalidUrlQuery",
          )
        : untracked("CalendarView", ["$orderby", "$filter", "$select", "$expand", "$search"]),
  });
  windowOf(options);
}

function answerDelta(c: GraphContext, state: GraphState, request: MailboxRequest): Response {
  const { owner, preferences } = request;
  const calendar = state.calendar(owner);
  const { key } = calendarOf(c, calendar);
  const hidden = hiddenFrom(c);
  const shown = (view: Record<string, unknown>) => ({
    "@odata.type": "#microsoft.graph.event",
    ...Object.fromEntries(Object.entries(view).filter(([name]) => !hidden.includes(name))),
  });
  const { entries, links } = deltaAnswer(
    c,
    state,
    outlookDelta(`calendarView ${calendar.name} ${key}`, (options) => checkDelta(c, options)),
    calendar.log,
    (options, since) => {
      const { from, until } = windowOf(options);
      return {
        place: ({ id, item }): Record<string, unknown>[] => {
          const inside = item?.calendar === key ? item : undefined;
          const times = inside === undefined ? [] : occurrencesOf(inside, from, until);
          const removed = (gone: string) => ({
            "@odata.type": "#microsoft.graph.event",
            id: itemId(calendar.name, gone, preferences.immutableIds),
            "@removed": { reason: "deleted" },
          });
          if (times.length === 0) return since === 0 ? [] : [removed(id)];
          const series = inside?.recurrence ? [ownTime(inside)] : [];
          const takenOut = since === 0 || inside === undefined ? [] : removedKeys(inside);
          return [
            ...[...series, ...times].map((one) =>
              shown(viewEvent(calendar.name, one, preferences)),
            ),
            ...takenOut.map(removed),
          ];
        },
      };
    },
  );
  c.header("preference-applied", "odata.track-changes", { append: true });
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#Collection(event)`,
    ...links,
    value: entries,
  });
}

/** The occurrences of a series between two instants. */
function answerInstances(c: GraphContext, state: GraphState, request: MailboxRequest): Response {
  const options = eventListOptions(c);
  const calendar = state.calendar(request.owner);
  const { event, type } = eventOf(c, calendar);
  if (type !== "seriesMaster")
    throw badRequest("Only a series has instances.", "ErrorInvalidRequest");
  const { from, until } = windowOf(options);
  return answerOutlookList(c, {
    path: `users('${request.owner.graphId}')/events('${c.req.param("event")}')/instances`,
    schema: eventSchema,
    options,
    items: occurrencesOf(event, from, until),
    view: (one) => viewEvent(calendar.name, one, request.preferences),
    relations: eventRelations,
    hidden: hiddenFrom(c),
    pageSetting: state.world.settings.page_size,
  });
}

/** A calendar between two instants, series expanded, its changes, and the instances of a series. */
export function calendarViewRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/calendarView",
      inMailbox(state, (c, request) => answerView(c, state, request)),
    )
    .get(
      "/calendarView/delta",
      inMailbox(state, (c, request) => answerDelta(c, state, request)),
    )
    .get(
      "/events/:event/instances",
      inMailbox(state, (c, request) => answerInstances(c, state, request)),
    );
}
