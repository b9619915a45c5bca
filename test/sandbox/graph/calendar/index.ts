import { Hono } from "hono";
import type { GraphEnvironment, GraphRoutes } from "../environment.ts";
import type { GraphState } from "../state.ts";
import { calendarViewRoutes } from "./calendar-view.ts";
import { calendarRoutes } from "./calendars.ts";
import { eventRoutes } from "./events.ts";
import { responseRoutes } from "./responses.ts";

/** Calendars of a person, and the events of the default one and of each. */
export function eventBookRoutes(state: GraphState): GraphRoutes {
  const events = new Hono<GraphEnvironment>()
    .route("/", calendarViewRoutes(state))
    .route("/", eventRoutes(state))
    .route("/", responseRoutes(state));
  return new Hono<GraphEnvironment>()
    .route("/", events)
    .route("/calendar", events)
    .route("/calendars/:calendar", events)
    .route("/", calendarRoutes(state));
}
