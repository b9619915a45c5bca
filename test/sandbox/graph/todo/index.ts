import { Hono } from "hono";
import type { GraphEnvironment, GraphRoutes } from "../environment.ts";
import type { GraphState } from "../state.ts";
import { taskListRoutes } from "./lists.ts";
import { taskRoutes } from "./tasks.ts";

/** To Do of a person: lists, and the tasks in each. */
export const todoRoutes = (state: GraphState): GraphRoutes =>
  new Hono<GraphEnvironment>().route("/", taskListRoutes(state)).route("/", taskRoutes(state));
