import { Hono } from "hono";
import { json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { readQuery } from "../query.ts";
import { directoryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import type { Directory, DirectoryObject } from "./directory.ts";
import { answerObjects, viewObject } from "./object-list.ts";
import { somebody } from "./somebody.ts";
import { userSchema } from "./user.ts";
import type { DirectoryUser } from "./user.ts";

const asObject = (entity: DirectoryUser): DirectoryObject => ({ kind: "user", entity });

/** Lists of what a user is related to. */
const lists: Readonly<Record<string, (directory: Directory, id: string) => DirectoryObject[]>> = {
  directReports: (directory, id) => directory.reportsTo(id).map(asObject),
  memberOf: (directory, id) => directory.objects(directory.groupsOf(id)),
  transitiveMemberOf: (directory, id) =>
    directory.objects(directory.reach(id, (one) => directory.groupsOf(one))),
};

/** Throws 404 for somebody without a manager, as Graph does. */
function answerManager(c: GraphContext, state: GraphState): Response {
  const { directory, user } = somebody(c, state);
  const { select } = readQuery(directoryOptions(c, ["$select"]), userSchema, "Request_BadRequest");
  const manager = directory.managerOf(user.id);
  if (manager === undefined)
    throw new GraphError(
      404,
      "Request_ResourceNotFound",
      "Resource 'manager' does not exist or one of its queried reference-property objects are not present.",
    );
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#directoryObjects/$entity`,
    ...viewObject(asObject(manager), select),
  });
}

/** manager, directReports, memberOf and transitiveMemberOf of a user. */
export function relationRoutes(state: GraphState): GraphRoutes {
  const routes = new Hono<GraphEnvironment>().get("/manager", (c) => answerManager(c, state));
  for (const [name, read] of Object.entries(lists))
    routes.get(`/${name}`, (c) => {
      const { directory, user } = somebody(c, state);
      return answerObjects(c, state, {
        objects: read(directory, user.id),
        path: "directoryObjects",
      });
    });
  return routes;
}
