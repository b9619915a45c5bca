import { Hono } from "hono";
import { empty } from "../answer.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import type { Relations } from "../odata/related.ts";
import { answerOutlookItem, answerOutlookList, outlookListOptions } from "../outlook-list.ts";
import { holds } from "../permissions.ts";
import { badRequest } from "../query.ts";
import { acceptedOptions, entityOptions } from "../query-options.ts";
import type { QueryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { ownTime } from "./calendar.ts";
import type { Calendar } from "./calendar.ts";
import { calendarOf } from "./calendars.ts";
import { changeEvent } from "./event-change.ts";
import { readEvent, readEventInput } from "./event-input.ts";
import { viewEvent } from "./event-view.ts";
import { eventSchema } from "./event.ts";
import type { Occurrence } from "./event.ts";
import { invite, removeEvent } from "./invitations.ts";

/** Calendars.ReadBasic shows no body, and nothing that says what the meeting is about. */
export function hiddenFrom(c: GraphContext): readonly string[] {
  return holds(c, "Calendars.Read", "Calendars.ReadWrite") ? [] : ["body", "bodyPreview"];
}

/** What $expand brings with an event: the sandbox's events have no attachments. */
export const eventRelations: Relations<Occurrence> = { attachments: () => [] };

/** What a list of events takes; there is no `$search` of a calendar. */
export const eventListOptions = (c: GraphContext): QueryOptions =>
  acceptedOptions(c, {
    accepted: outlookListOptions,
    refuse: (option) =>
      badRequest(
        `The parameter '${option}' is not currently supported on the 'Events' resource.`,
        "ErrorInvalidUrlQuery",
      ),
  });

/** What names the calendar in the context of an answer. */
export const withinOf = (c: GraphContext): string => {
  const id = c.req.param("calendar");
  if (id !== undefined) return `/calendars('${id}')`;
  return /\/calendar\//.test(c.req.path) ? "/calendar" : "";
};

function answerEvent(
  c: GraphContext,
  state: GraphState,
  { owner, preferences }: MailboxRequest,
  occurrence: Occurrence,
  status: 200 | 201 = 200,
): Response {
  return answerOutlookItem(
    c,
    {
      path: `users('${owner.graphId}')/events`,
      schema: eventSchema,
      item: occurrence,
      view: viewEvent(state.calendar(owner).name, occurrence, preferences),
      relations: eventRelations,
      hidden: hiddenFrom(c),
    },
    status,
  );
}

/** The calendar that the path names, if it names one. */
const calendarIn = (c: GraphContext, calendar: Calendar): string | undefined => {
  const isNamed = c.req.param("calendar") !== undefined || /\/calendar\//.test(c.req.path);
  return isNamed ? calendarOf(c, calendar).key : undefined;
};

/** The event, or occurrence, that the path names, in the calendar that it names. */
export const eventOf = (c: GraphContext, calendar: Calendar): Occurrence =>
  calendar.find(c.req.param("event") ?? "", calendarIn(c, calendar));

function answerEvents(c: GraphContext, state: GraphState, request: MailboxRequest): Response {
  const calendar = state.calendar(request.owner);
  return answerOutlookList(c, {
    path: `users('${request.owner.graphId}')${withinOf(c)}/events`,
    schema: eventSchema,
    options: eventListOptions(c),
    items: calendar.eventsIn(calendarOf(c, calendar).key).map(ownTime),
    view: (one) => viewEvent(calendar.name, one, request.preferences),
    relations: eventRelations,
    hidden: hiddenFrom(c),
    pageSetting: state.world.settings.page_size,
  });
}

async function createEvent(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
): Promise<Response> {
  const calendar = state.calendar(request.owner);
  const { key } = calendarOf(c, calendar);
  const made = { now: state.world.now(), guid: state.world.guid() };
  const event = readEvent(await readJson(c), request.owner, key, made);
  const earlier = event.transactionId === null ? undefined : calendar.madeBy(event.transactionId);
  if (earlier === undefined) invite(state, request.owner, calendar.put(event));
  return answerEvent(c, state, request, ownTime(earlier ?? event), 201);
}

async function changedEvent(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
): Promise<Response> {
  const { owner } = request;
  const calendar = state.calendar(owner);
  const occurrence = eventOf(c, calendar);
  const before = calendar.stored(occurrence);
  const input = readEventInput(await readJson(c));
  const { shown, kept } = changeEvent(state, owner, occurrence, input);
  invite(state, owner, kept, before);
  return answerEvent(c, state, request, shown);
}

/** The events of a calendar as entered, series unexpanded, and one of them. */
export function eventRoutes(state: GraphState): GraphRoutes {
  // The sandbox keeps no deleted events, so both ways to delete one are the same here.
  const remove = inMailbox(state, (c, { owner }) => {
    removeEvent(state, owner, eventOf(c, state.calendar(owner)));
    return empty(c, 204);
  });
  return new Hono<GraphEnvironment>()
    .get(
      "/events",
      inMailbox(state, (c, request) => answerEvents(c, state, request)),
    )
    .post(
      "/events",
      inMailbox(state, (c, request) => createEvent(c, state, request)),
    )
    .get(
      "/events/:event",
      inMailbox(state, (c, request) => {
        entityOptions(c);
        return answerEvent(c, state, request, eventOf(c, state.calendar(request.owner)));
      }),
    )
    .patch(
      "/events/:event",
      inMailbox(state, (c, request) => changedEvent(c, state, request)),
    )
    .delete("/events/:event", remove)
    .post("/events/:event/permanentDelete", remove);
}
