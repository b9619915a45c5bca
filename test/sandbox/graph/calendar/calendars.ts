import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { bodyRefusal } from "../mail/message-input.ts";
import { stableKey } from "../mail/outlook-id.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import type { Calendar } from "./calendar.ts";
import {
  calendarColors,
  calendarSchema,
  DEFAULT_CALENDAR,
  seedCalendars,
  viewCalendar,
} from "./stored-calendar.ts";
import type { StoredCalendar } from "./stored-calendar.ts";

const calendarInput = z.strictObject({
  "@odata.type": z.string().optional(),
  name: z.string().min(1).max(255),
  color: z.enum(calendarColors).optional(),
});

/** The calendar that the path names: by its id, or the default one. */
export const calendarOf = (c: GraphContext, calendars: Calendar): StoredCalendar => {
  const id = c.req.param("calendar");
  const known = id === undefined ? calendars.calendars.get(DEFAULT_CALENDAR) : undefined;
  return known ?? calendars.calendar(id ?? "");
};

async function readInput<Shape extends z.ZodType>(
  c: GraphContext,
  shape: Shape,
): Promise<z.infer<Shape>> {
  const parsed = parseBody(shape, await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, calendarSchema.name);
  return parsed.data;
}

/** Throws ErrorFolderExists (409) where another calendar has that name. */
function requireFreeName(calendars: Calendar, name: string, key: string): void {
  const taken = [...calendars.calendars.values()].some(
    (one) => one.key !== key && one.name.toLowerCase() === name.toLowerCase(),
  );
  if (taken)
    throw new GraphError(409, "ErrorFolderExists", "A calendar with this name already exists.");
}

function answer(
  c: GraphContext,
  { owner }: MailboxRequest,
  calendars: Calendar,
  calendar: StoredCalendar,
  status: 200 | 201 = 200,
): Response {
  return answerOutlookItem(
    c,
    {
      path: `users('${owner.graphId}')/calendars`,
      schema: calendarSchema,
      item: calendar,
      view: viewCalendar(calendars.name, owner, calendar),
    },
    status,
  );
}

/** /calendars of a person, and /calendar, the default one. */
export function calendarRoutes(state: GraphState): GraphRoutes {
  const read = inMailbox(state, (c, request) => {
    entityOptions(c);
    const calendars = state.calendar(request.owner);
    return answer(c, request, calendars, calendarOf(c, calendars));
  });
  const change = inMailbox(state, async (c, request) => {
    const calendars = state.calendar(request.owner);
    const calendar = calendarOf(c, calendars);
    const { name, color } = await readInput(c, calendarInput.partial());
    if (name !== undefined) requireFreeName(calendars, name, calendar.key);
    const changed = {
      ...calendar,
      name: name ?? calendar.name,
      color: color ?? calendar.color,
      revision: calendar.revision + 1,
    };
    calendars.calendars.set(changed.key, changed);
    return answer(c, request, calendars, changed);
  });
  const remove = inMailbox(state, (c, { owner }) => {
    const calendars = state.calendar(owner);
    const { key } = calendarOf(c, calendars);
    if (seedCalendars().some((seeded) => seeded.key === key))
      throw new GraphError(
        403,
        "ErrorDeleteDistinguishedFolder",
        "The calendar is one that cannot be deleted.",
      );
    for (const event of calendars.eventsIn(key)) calendars.log.delete(event.key);
    calendars.calendars.delete(key);
    return empty(c, 204);
  });
  return new Hono<GraphEnvironment>()
    .get("/calendar", read)
    .patch("/calendar", change)
    .get(
      "/calendars",
      inMailbox(state, (c, { owner }) => {
        const calendars = state.calendar(owner);
        return answerOutlookList(c, {
          path: `users('${owner.graphId}')/calendars`,
          schema: calendarSchema,
          options: listOptionsOf(c),
          items: [...calendars.calendars.values()],
          view: (calendar) => viewCalendar(calendars.name, owner, calendar),
          relations: {},
          pageSetting: state.world.settings.page_size,
        });
      }),
    )
    .post(
      "/calendars",
      inMailbox(state, async (c, request) => {
        const calendars = state.calendar(request.owner);
        const { name, color } = await readInput(c, calendarInput);
        const key = stableKey("calendar", state.world.guid());
        requireFreeName(calendars, name, key);
        const calendar: StoredCalendar = { key, revision: 1, name, color: color ?? "auto" };
        calendars.calendars.set(key, calendar);
        return answer(c, request, calendars, calendar, 201);
      }),
    )
    .get("/calendars/:calendar", read)
    .patch("/calendars/:calendar", change)
    .delete("/calendars/:calendar", remove);
}
