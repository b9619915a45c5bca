import type { GraphContext } from "../environment.ts";
import { requirePerson, userNotFound } from "../owner.ts";
import { requirePermission } from "../permissions.ts";
import type { GraphState } from "../state.ts";
import type { Directory } from "./directory.ts";
import type { DirectoryUser } from "./user.ts";

/** The user whom `/me/…` or `/users/{user}/…` names, once the caller has a permission for it. */
export function somebody(
  c: GraphContext,
  state: GraphState,
): { directory: Directory; user: DirectoryUser } {
  const caller = c.get("caller");
  const key = c.req.param("user");
  if (key === undefined) requirePerson(caller);
  const directory = state.directory(caller.tenantId);
  const user = directory.find(key ?? state.graphIdOf(caller));
  const isSelf = caller.kind === "user" && user?.id === state.graphIdOf(caller);
  requirePermission(c, { other: !isSelf });
  if (user === undefined) throw userNotFound(key ?? caller.objectId);
  return { directory, user };
}
