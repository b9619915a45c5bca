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
import { readEvent } from "./event-input.ts";
import { viewEvent } from "./event-view.ts";
import { eventSchema } from "./event.ts";
import type { Occurrence } from "./event.ts";

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

function answerEvents(c: GraphContext, state: GraphState, request: MailboxRequest): Response {
  const calendar = state.calendar(request.owner);
  const within = c.req.path.endsWith("/calendar/events") ? "/calendar" : "";
  return answerOutlookList(c, {
    path: `users('${request.owner.graphId}')${within}/events`,
    schema: eventSchema,
    options: eventListOptions(c),
    items: calendar.log.values().map(ownTime),
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
  const { now, guid } = { now: state.world.now(), guid: state.world.guid() };
  const event = readEvent(await readJson(c), request.owner, now, guid);
  const earlier = event.transactionId === null ? undefined : calendar.madeBy(event.transactionId);
  const kept = earlier ?? calendar.log.put(event.key, event);
  return answerEvent(c, state, request, ownTime(kept), 201);
}

/** /events and /calendar/events of a person: the events as entered, series unexpanded. */
export function eventRoutes(state: GraphState): GraphRoutes {
  const list = inMailbox(state, (c, request) => answerEvents(c, state, request));
  const create = inMailbox(state, (c, request) => createEvent(c, state, request));
  const read = inMailbox(state, (c, request) => {
    entityOptions(c);
    const event = state.calendar(request.owner).find(c.req.param("event") ?? "");
    return answerEvent(c, state, request, event);
  });
  const remove = inMailbox(state, (c, { owner }) => {
    const calendar = state.calendar(owner);
    calendar.log.delete(calendar.find(c.req.param("event") ?? "").event.key);
    return empty(c, 204);
  });
  return new Hono<GraphEnvironment>()
    .get("/events", list)
    .post("/events", create)
    .get("/events/:event", read)
    .delete("/events/:event", remove)
    .get("/calendar/events", list)
    .post("/calendar/events", create)
    .get("/calendar/events/:event", read)
    .delete("/calendar/events/:event", remove);
}
