import { Hono } from "hono";
import { empty, json } from "../answer.ts";
import { readJson } from "../body.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { parseSelect, project } from "../odata/select.ts";
import { answerOutlookList } from "../outlook-list.ts";
import { valueOr400 } from "../query.ts";
import type { GraphState } from "../state.ts";
import { ownTime } from "./calendar.ts";
import { readEvent } from "./event-input.ts";
import { viewEvent } from "./event-view.ts";
import { eventSchema } from "./event.ts";
import type { Occurrence } from "./event.ts";

/** Calendars.ReadBasic shows no body, and nothing that says what the meeting is about. */
export function hiddenFrom(c: GraphContext): readonly string[] {
  const { kind, scopes, roles } = c.get("caller");
  const held = kind === "app" ? roles : scopes;
  return held.has("Calendars.Read") || held.has("Calendars.ReadWrite")
    ? []
    : ["body", "bodyPreview"];
}

function answerEvent(
  c: GraphContext,
  state: GraphState,
  { owner, preferences }: MailboxRequest,
  occurrence: Occurrence,
  status: 200 | 201 = 200,
): Response {
  const text = c.req.query("$select");
  const select = text === undefined ? undefined : valueOr400(parseSelect(text, eventSchema));
  const shape = select === undefined ? "" : `(${select.join(",")})`;
  const view = viewEvent(state.calendar(owner).name, occurrence, preferences);
  const hidden = hiddenFrom(c);
  const shown = Object.entries(project(view, select, ["id"])).filter(
    ([name]) => !hidden.includes(name),
  );
  return json(
    c,
    {
      "@odata.context": `${versionRoot(c)}/$metadata#users('${owner.graphId}')/events${shape}/$entity`,
      ...Object.fromEntries(shown),
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
    items: calendar.log.values().map(ownTime),
    view: (one) => viewEvent(calendar.name, one, request.preferences),
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
  const list = inMailbox(state, "calendar.read", (c, request) => answerEvents(c, state, request));
  const create = inMailbox(state, "calendar.write", (c, request) => createEvent(c, state, request));
  const read = inMailbox(state, "calendar.read", (c, request) =>
    answerEvent(c, state, request, state.calendar(request.owner).find(c.req.param("event") ?? "")),
  );
  const remove = inMailbox(state, "calendar.write", (c, { owner }) => {
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
