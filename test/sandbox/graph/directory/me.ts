import { Hono } from "hono";
import { json, empty } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { requirePerson, userNotFound } from "../owner.ts";
import { requirePermission } from "../permissions.ts";
import { parseSelect, project } from "../odata/select.ts";
import { valueOr400 } from "../query.ts";
import type { GraphState } from "../state.ts";
import { readUserChange } from "./user-change.ts";
import { DEFAULT_USER_PROPERTIES, userSchema } from "./user.ts";
import type { DirectoryUser } from "./user.ts";

/** One user with the properties $select names, or the eleven. */
export function userAnswer(c: GraphContext, user: DirectoryUser): Response {
  const text = c.req.query("$select");
  const select = text === undefined ? undefined : valueOr400(parseSelect(text, userSchema));
  const shape = select === undefined ? "#users/$entity" : `#users(${select.join(",")})/$entity`;
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata${shape}`,
    ...project(user, select ?? DEFAULT_USER_PROPERTIES),
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
      requirePermission(c.get("caller"), "me.read");
      return userAnswer(c, self(c));
    })
    .patch("/me", async (c) => {
      requirePerson(c.get("caller"));
      requirePermission(c.get("caller"), "me.write");
      const user = self(c);
      const change = await readUserChange(c);
      state.directory(c.get("caller").tenantId).users.put(user.id, { ...user, ...change });
      return empty(c, 204);
    });
}
