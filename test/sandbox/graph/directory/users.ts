import { Hono } from "hono";
import { empty } from "../answer.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { userNotFound } from "../owner.ts";
import { requirePermission } from "../permissions.ts";
import { directoryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { userAnswer } from "./me.ts";
import { readUserChange } from "./user-change.ts";
import { countUsers, listUsers } from "./user-list.ts";
import { usersDelta } from "./users-delta.ts";

/** The collection /users and its members. */
export function userRoutes(state: GraphState): GraphRoutes {
  /** The user whom the path names, once the caller has a permission for the operation. */
  const one = (c: GraphContext) => {
    const caller = c.get("caller");
    const key = c.req.param("user") ?? "";
    const user = state.directory(caller.tenantId).find(key);
    const self = caller.kind === "user" && user?.id === state.graphIdOf(caller);
    requirePermission(c, { other: !self });
    if (user === undefined) throw userNotFound(key);
    return user;
  };
  return new Hono<GraphEnvironment>()
    .get("/users", (c) => {
      requirePermission(c);
      return listUsers(c, state);
    })
    .get("/users/$count", (c) => {
      requirePermission(c);
      return countUsers(c, state);
    })
    .get("/users/delta", (c) => {
      requirePermission(c);
      return usersDelta(c, state);
    })
    .get("/users/:user", (c) => userAnswer(c, one(c)))
    .patch("/users/:user", async (c) => {
      const user = one(c);
      directoryOptions(c, []);
      const change = await readUserChange(c);
      state.directory(c.get("caller").tenantId).users.put(user.id, { ...user, ...change });
      return empty(c, 204);
    })
    .delete("/users/:user", (c) => {
      const user = one(c);
      directoryOptions(c, []);
      state.directory(c.get("caller").tenantId).users.delete(user.id);
      return empty(c, 204);
    });
}
