import { Hono } from "hono";
import { json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { userNotFound } from "../owner.ts";
import { requirePermission } from "../permissions.ts";
import { project } from "../odata/select.ts";
import { readQuery } from "../query.ts";
import { directoryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import type { Directory } from "./directory.ts";
import { groupSchema } from "./group.ts";
import type { StoredGroup } from "./group.ts";
import { answerObjects } from "./object-list.ts";

/** Ids of what belongs to a group, by the name of the relationship. */
const lists: Readonly<Record<string, (stored: StoredGroup, directory: Directory) => string[]>> = {
  members: ({ members }) => members,
  owners: ({ owners }) => owners,
  transitiveMembers: ({ group }, directory) =>
    directory.reach(group.id, (id) => directory.groups.get(id)?.members ?? []),
};

/** /groups, one of them, and who belongs to it. They are only read. */
export function groupRoutes(state: GraphState): GraphRoutes {
  const directoryOf = (c: GraphContext) => state.directory(c.get("caller").tenantId);
  /** The group that the path names, once the caller has a permission for the operation. */
  const one = (c: GraphContext): StoredGroup => {
    requirePermission(c);
    const id = c.req.param("group") ?? "";
    const stored = directoryOf(c).groups.get(id.toLowerCase());
    if (stored === undefined) throw userNotFound(id);
    return stored;
  };
  const routes = new Hono<GraphEnvironment>()
    .get("/groups", (c) => {
      requirePermission(c);
      const groups = [...directoryOf(c).groups.values()];
      return answerObjects(c, state, {
        objects: groups.map(({ group }) => ({ kind: "group", entity: group })),
        path: "groups",
        kind: "group",
      });
    })
    .get("/groups/:group", (c) => {
      const { group } = one(c);
      const { select } = readQuery(
        directoryOptions(c, ["$select"]),
        groupSchema,
        "Request_BadRequest",
      );
      return json(c, {
        "@odata.context": `${versionRoot(c)}/$metadata#groups/$entity`,
        ...project(group, select),
      });
    });
  for (const [name, read] of Object.entries(lists))
    routes.get(`/groups/:group/${name}`, (c) => {
      const stored = one(c);
      const directory = directoryOf(c);
      const objects = directory.objects(read(stored, directory));
      return answerObjects(c, state, { objects, path: "directoryObjects" });
    });
  return routes;
}
