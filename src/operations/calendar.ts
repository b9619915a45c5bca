import {
  createCalendarEvent,
  deleteCalendarEvent,
  getCalendarEvents,
  updateCalendarEvent,
} from "../api/calendar.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const calendar = [
  serve(getCalendarEvents, (context, input) =>
    readPage(context, "/calendar/events", input, ({ start, end, ...query }) => {
      if (start === undefined && end === undefined) return context.graph.calendar.events(query);
      if (start === undefined) throw missing("start", "end");
      if (end === undefined) throw missing("end", "start");
      return context.graph.calendar.view({ ...query, start, end });
    }),
  ),
  serve(createCalendarEvent, ({ graph }, { event, timeZone }) =>
    graph.calendar.create(event, { timeZone }),
  ),
  serve(updateCalendarEvent, ({ graph }, { id, change, timeZone }) =>
    graph.calendar.update(id, change, { timeZone }),
  ),
  serve(deleteCalendarEvent, async ({ graph }, { id }) => {
    await graph.calendar.delete(id);
    return { deleted: true as const };
  }),
] as const;

const missing = (field: string, other: string): AzureError =>
  new AzureError(invalidField(field, `must be given together with ${other}`));
