import * as z from "zod";
import { createEvent, listEvents } from "../operations/calendar.ts";
import { pageOf, success, targetFor } from "../front/answers.ts";
import { dataOf, graphListFields, item, listOf, timeZoneField, whenField } from "./fields.ts";
import { register, type Router } from "../front/register.ts";

const tag = "calendar";

const eventSchema = z
  .looseObject({ subject: z.string().optional(), start: item, end: item })
  .meta({ description: "Graph's event." });

export function calendarRoutes(router: Router): void {
  register(
    router,
    {
      method: "get",
      path: "/calendar/events",
      summary: "Events; between start and end as their occurrences",
      tag,
      scope: "graph:read",
      connection: "query",
      query: {
        ...graphListFields,
        start: whenField.meta({ description: "ISO 8601, together with end." }),
        end: whenField.meta({ description: "ISO 8601, together with start." }),
        time_zone: timeZoneField,
      },
      answers: { 200: { description: "Graph's events.", data: listOf() } },
    },
    async (c, { query: { order_by: orderBy, time_zone: zone, ...query } }) =>
      pageOf(await listEvents(targetFor(c), { ...query, orderBy, timeZone: zone })),
  );

  register(
    router,
    {
      method: "post",
      path: "/calendar/events",
      summary: "Create an event",
      tag,
      scope: "graph:write",
      connection: "query",
      query: { time_zone: timeZoneField },
      body: eventSchema,
      answers: { 200: { description: "Graph's event.", data: dataOf(item) } },
    },
    async (c, { query, body }) =>
      success(
        await createEvent(targetFor(c), {
          // Graph's own type has closed unions where the schema has text; Graph judges them.
          event: body as Parameters<typeof createEvent>[1]["event"],
          timeZone: query.time_zone,
        }),
      ),
  );
}
