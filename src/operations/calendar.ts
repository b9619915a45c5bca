import type { Event } from "@microsoft/microsoft-graph-types";
import { AzureError, failure } from "../contract/errors.ts";
import { readPage, type Page } from "./page.ts";
import type { GraphListQuery } from "./people.ts";
import type { Target } from "./target.ts";

export interface CalendarQuery extends GraphListQuery {
  /** ISO 8601. With `end`: what happens in between, a series as its occurrences. */
  start?: string | undefined;
  end?: string | undefined;
  /** Windows or IANA name. */
  timeZone?: string | undefined;
}

/** @throws AzureError `invalid_request` when only one of start and end is given */
export const listEvents = (target: Target, query: CalendarQuery): Promise<Page<Event>> =>
  readPage({ ...target, list: "/calendar/events" }, query, ({ start, end, ...options }) => {
    if (start === undefined && end === undefined) return target.graph.calendar.events(options);
    if (start === undefined) throw missing("start", "end");
    if (end === undefined) throw missing("end", "start");
    return target.graph.calendar.view({ ...options, start, end });
  });

export const createEvent = (
  { graph }: Target,
  { event, timeZone }: { event: Event; timeZone?: string | undefined },
): Promise<Event> => graph.calendar.create(event, { timeZone });

const missing = (field: string, other: string): AzureError =>
  new AzureError(
    failure("invalid_request", `${field} must be given together with ${other}.`, {
      details: { field },
    }),
  );
