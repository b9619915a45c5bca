import { Hono } from "hono";
import type { Service, ServiceEnvironment, World } from "../world.ts";
import { gatewayHeaders, json, writeError } from "./answer.ts";
import { requireToken } from "./authentication.ts";
import { batchRoutes } from "./batch/batch.ts";
import { eventBookRoutes } from "./calendar/index.ts";
import { contactBookRoutes } from "./contacts/index.ts";
import { groupRoutes } from "./directory/groups.ts";
import { meRoutes } from "./directory/me.ts";
import { photoRoutes } from "./directory/photos.ts";
import { presenceRoutes } from "./directory/presence.ts";
import { relationRoutes } from "./directory/relations.ts";
import { userRoutes } from "./directory/users.ts";
import { driveRoutes, drivesRoutes } from "./drive/drive-routes.ts";
import { createStorage, storageRoutes } from "./drive/storage.ts";
import type { GraphEnvironment } from "./environment.ts";
import { GraphError } from "./graph-error.ts";
import { mailRoutes } from "./mail/index.ts";
import { canonicalPath, strangeSegment } from "./path.ts";
import { unknownSegment } from "./permissions.ts";
import { stateOf } from "./state.ts";
import { subscriptionRoutes } from "./subscriptions/subscriptions.ts";
import { todoRoutes } from "./todo/index.ts";
import { answerUserInfo } from "./userinfo.ts";

/** Collections whose changes Graph does not track; messages are tracked by folder. */
const untrackedRoutes = () => {
  const refuse = (type: string) => () => {
    throw new GraphError(
      400,
      "BadRequest",
      `Unsupported request: Change tracking is not supported against 'microsoft.graph.${type}'.`,
    );
  };
  return new Hono<GraphEnvironment>()
    .get("/messages/delta", refuse("message"))
    .get("/events/delta", refuse("event"))
    .get("/calendar/events/delta", refuse("event"))
    .get("/calendars/:calendar/events/delta", refuse("event"));
};

/** Microsoft Graph v1.0, with /beta as another name for it. */
export function createGraph(world: World): Service {
  const state = stateOf(world);
  const service: Service = new Hono<ServiceEnvironment>({
    getPath: (request) => canonicalPath(new URL(request.url).pathname).path,
  });
  const personal = new Hono<GraphEnvironment>()
    .route("/", untrackedRoutes())
    .route("/", mailRoutes(state))
    .route("/", contactBookRoutes(state))
    .route("/", eventBookRoutes(state))
    .route("/", driveRoutes(state))
    .route("/", relationRoutes(state))
    .route("/", photoRoutes(state))
    .route("/", presenceRoutes(state))
    .route("/", todoRoutes(state));
  const api = new Hono<GraphEnvironment>()
    .use(requireToken(world))
    .route(
      "/",
      batchRoutes(state, (request, env) => service.fetch(request, env)),
    )
    .route("/", meRoutes(state))
    .route("/", userRoutes(state))
    .route("/", groupRoutes(state))
    .route("/", drivesRoutes(state))
    .route("/", subscriptionRoutes(state))
    .route("/me", personal)
    .route("/users/:user", personal)
    .all("*", (c) => {
      throw unknownSegment(strangeSegment(c.req.path));
    });

  const graph = new Hono<GraphEnvironment>()
    .use(gatewayHeaders(world))
    .route("/_storage", storageRoutes(state))
    // Not Microsoft's: lets a test see how many requests a mailbox had at one time.
    .get("/_mailboxes", (c) => json(c, { mailboxes: state.gate.loads }))
    .on(["GET", "POST"], "/oidc/userinfo", requireToken(world), answerUserInfo)
    .route("/:version{v1\\.0|beta}", api)
    .all("*", (c) => {
      throw new GraphError(400, "BadRequest", `Invalid version: ${c.req.path.split("/")[1]}`);
    })
    .onError(writeError(world));

  return service.route("/", graph);
}

/** The hosts where files travel without a token: `contoso-my.sharepoint.com`. */
export function createGraphStorage(world: World): Service {
  return new Hono<ServiceEnvironment>().route("/", createStorage(world));
}
