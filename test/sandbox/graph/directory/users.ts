import { Hono } from "hono";
import { PERSONAL_TENANT } from "../../constants.ts";
import { empty, json } from "../answer.ts";
import { deltaAnswer } from "../delta/delta-round.ts";
import type { DeltaStyle } from "../delta/delta-round.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { parseSelect, project } from "../odata/select.ts";
import { userNotFound } from "../owner.ts";
import { holds, requirePermission } from "../permissions.ts";
import type { PermissionName } from "../permissions.ts";
import { badRequest, valueOr400 } from "../query.ts";
import type { GraphState } from "../state.ts";
import { userAnswer } from "./me.ts";
import { readUserChange } from "./user-change.ts";
import { countUsers, listUsers } from "./user-list.ts";
import { DEFAULT_USER_PROPERTIES, userSchema } from "./user.ts";

const deltaStyle = (tenantId: string): DeltaStyle => ({
  collection: `users ${tenantId}`,
  parameters: { skip: "$skiptoken", delta: "$deltatoken" },
  knowsLatest: true,
  lastPageApart: false,
  usual: 100,
  most: 999,
  gone: (fresh) =>
    new GraphError(
      410,
      "syncStateNotFound",
      "The sync state is no longer available. Start again with the link in the Location header.",
      { headers: { location: `${fresh}?%24deltatoken=` } },
    ),
});

/** There is no directory around personal accounts. */
function requireDirectory(c: GraphContext, permission: PermissionName): void {
  if (c.get("caller").tenantId === PERSONAL_TENANT)
    throw badRequest("This API is not supported for MSA accounts");
  requirePermission(c.get("caller"), permission);
}

/** GET /users/delta. */
function usersDelta(c: GraphContext, state: GraphState): Response {
  const { tenantId } = c.get("caller");
  const { users } = state.directory(tenantId);
  const { entries, links } = deltaAnswer(
    c,
    state,
    deltaStyle(tenantId),
    users,
    ({ id, item }, options) => {
      if (item === undefined) return [{ id, "@removed": { reason: "changed" } }];
      const text = options["$select"];
      const select = text === undefined ? undefined : valueOr400(parseSelect(text, userSchema));
      return [project(item, select ?? DEFAULT_USER_PROPERTIES, ["id"])];
    },
  );
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#users`,
    ...links,
    value: entries,
  });
}

/** The collection /users and its members. */
export function userRoutes(state: GraphState): GraphRoutes {
  const one = (c: GraphContext) => {
    const key = c.req.param("user") ?? "";
    const user = state.directory(c.get("caller").tenantId).find(key);
    if (user === undefined) throw userNotFound(key);
    return user;
  };
  return new Hono<GraphEnvironment>()
    .get("/users", (c) => {
      requireDirectory(c, "users.read");
      return listUsers(c, state);
    })
    .get("/users/$count", (c) => {
      requireDirectory(c, "users.read");
      return countUsers(c, state);
    })
    .get("/users/delta", (c) => {
      requireDirectory(c, "users.delta");
      return usersDelta(c, state);
    })
    .get("/users/:user", (c) => {
      const caller = c.get("caller");
      const self = state.directory(caller.tenantId).find(c.req.param("user"));
      const isSelf = caller.kind === "user" && self?.id === state.graphIdOf(caller);
      if (!(isSelf && holds(caller, "me.read"))) requireDirectory(c, "users.read");
      return userAnswer(c, one(c));
    })
    .patch("/users/:user", async (c) => {
      requireDirectory(c, "users.write");
      const user = one(c);
      const change = await readUserChange(c);
      state.directory(c.get("caller").tenantId).users.put(user.id, { ...user, ...change });
      return empty(c, 204);
    })
    .delete("/users/:user", (c) => {
      requireDirectory(c, "users.delete");
      state.directory(c.get("caller").tenantId).users.delete(one(c).id);
      return empty(c, 204);
    });
}
