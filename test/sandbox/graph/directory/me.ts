import { Hono } from "hono";
import { json, empty } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { requirePerson, userNotFound } from "../owner.ts";
import { requirePermission } from "../permissions.ts";
import type { Expansion } from "../odata/expand.ts";
import { related } from "../odata/related.ts";
import { project } from "../odata/select.ts";
import { readQuery } from "../query.ts";
import { directoryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { readUserChange } from "./user-change.ts";
import { DEFAULT_USER_PROPERTIES, userRelations, userSchema } from "./user.ts";
import type { DirectoryUser } from "./user.ts";

/** A user with the properties $select names, or the eleven, and what $expand brings. */
export const userView = (
  user: DirectoryUser,
  select: readonly string[] | undefined,
  expand: readonly Expansion[],
) => ({
  ...project(user, select ?? DEFAULT_USER_PROPERTIES),
  ...related(user, expand, userRelations),
});

/** Answers with one user. */
export function userAnswer(c: GraphContext, user: DirectoryUser): Response {
  const options = directoryOptions(c, ["$select", "$expand"]);
  const { select, expand } = readQuery(options, userSchema, "Request_BadRequest");
  const shape = select === undefined ? "#users/$entity" : `#users(${select.join(",")})/$entity`;
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata${shape}`,
    ...userView(user, select, expand),
  });
}

/** GET and PATCH /me. */
export function meRoutes(state: GraphState): GraphRoutes {
  const self = (c: GraphContext) => {
    const caller = c.get("caller");
    const user = state.directory(caller.tenantId).find(state.graphIdOf(caller));
    if (user === undefined) throw userNotFound(caller.objectId);
    return user;
  };
  return new Hono<GraphEnvironment>()
    .get("/me", (c) => {
      requirePerson(c.get("caller"));
      requirePermission(c);
      return userAnswer(c, self(c));
    })
    .patch("/me", async (c) => {
      requirePerson(c.get("caller"));
      requirePermission(c);
      directoryOptions(c, []);
      const user = self(c);
      const change = await readUserChange(c);
      state.directory(c.get("caller").tenantId).users.put(user.id, { ...user, ...change });
      return empty(c, 204);
    });
}
