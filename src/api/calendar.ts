import type { Event } from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { graphList, textOf } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const event = microsoft<Event>("graph.Event");
const newEvent = microsoft<Event>("graph.Event", {
  subject: z.string().optional(),
  start: z.looseObject({}),
  end: z.looseObject({}),
}).meta({ description: "Graph's event." });

const when = z.iso
  .datetime({ offset: true, local: true, error: "must be an ISO 8601 time" })
  .or(z.iso.date())
  .optional();
const timeZone = textOf(64)
  .optional()
  .meta({ description: "Windows or IANA name of the zone that times are given in; default UTC." });

export const getCalendarEvents = operation({
  name: "getCalendarEvents",
  route: "GET /calendar/events",
  summary: "Events; with start and end, the occurrences of series between them",
  tag: "calendar",
  scope: "graph:read",
  needs: { delegated: ["Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"] },
  on: "connection",
  input: {
    ...graphList,
    start: when.meta({ description: "ISO 8601; together with end." }),
    end: when.meta({ description: "ISO 8601; together with start." }),
    timeZone,
  },
  form: "list",
  data: event,
  answer: "Graph's events.",
  over: ["http", "rpc", "client"],
  client: { of: "graph", name: "events" },
});

export const createCalendarEvent = operation({
  name: "createCalendarEvent",
  route: "POST /calendar/events",
  summary: "Create an event; Graph invites its attendees",
  tag: "calendar",
  scope: "graph:write",
  needs: { delegated: ["Calendars.ReadWrite"] },
  on: "connection",
  input: { event: newEvent, timeZone },
  body: "event",
  form: "item",
  data: event,
  answer: "Graph's event.",
  over: ["http", "client"],
  client: { of: "graph", name: "createEvent", args: ["event"] },
});

const eventId = textOf(1_024).meta({ description: "Of an event, a series, or one occurrence." });
const changes = { tag: "calendar", scope: "graph:write", on: "connection" } as const;

export const updateCalendarEvent = operation({
  ...changes,
  name: "updateCalendarEvent",
  route: "PATCH /calendar/events/{id}",
  summary: "Change an event; Graph tells its attendees",
  needs: { delegated: ["Calendars.ReadWrite"] },
  input: {
    id: eventId,
    change: microsoft<Event>("graph.Event", {}).meta({
      description: "What of Graph's event is to be different.",
    }),
    timeZone,
  },
  body: "change",
  form: "item",
  data: event,
  answer: "Graph's event.",
  over: ["http", "client"],
  client: { of: "graph", name: "updateEvent", args: ["id", "change"] },
});

export const deleteCalendarEvent = operation({
  ...changes,
  name: "deleteCalendarEvent",
  route: "DELETE /calendar/events/{id}",
  summary: "Delete an event; Graph tells the attendees of one's own",
  needs: { delegated: ["Calendars.ReadWrite"] },
  input: { id: eventId },
  form: "item",
  data: z.object({ deleted: z.literal(true) }),
  answer: "It is gone.",
  over: ["http", "client"],
  client: { of: "graph", name: "deleteEvent", args: ["id"] },
});
