import { HonoBase } from "hono/hono-base";
import { TrieRouter } from "hono/router/trie-router";
import { requestContext, type App } from "./front/context.ts";
import { documentRoutes } from "./front/document.ts";
import { methodNotAllowed, notFound, onError } from "./front/failures.ts";
import { crossOrigin, responseHeaders } from "./front/headers.ts";
import { operationRoutes } from "./front/operations.ts";
import type { Router } from "./front/router.ts";
import { auditRoutes } from "./routes/audit.ts";
import { consoleRoutes } from "./routes/operators/index.ts";
import { mcpRoutes } from "./mcp/endpoint.ts";
import { federationRoutes } from "./routes/federation.ts";
import { fileRoutes } from "./routes/files.ts";
import { gatewayRoutes } from "./routes/gateway/gateways.ts";
import { healthRoutes } from "./routes/health.ts";
import { landingRoutes } from "./routes/landing.ts";
import { liveRoutes } from "./routes/live.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { authorizeRoutes } from "./routes/oauth/authorize.ts";
import { oauthProtocolRoutes } from "./routes/oauth/protocol.ts";
import { accountLinkRoutes } from "./routes/sign-in/account-link.ts";
import { adminConsentRoutes } from "./routes/sign-in/admin-consent.ts";
import { callbackRoutes } from "./routes/sign-in/callback.ts";
import { connectRoutes } from "./routes/sign-in/connect.ts";
import { logoutRoutes } from "./routes/sign-in/logout.ts";
import { reconnectRoutes } from "./routes/sign-in/reconnect.ts";

/** The HTTP face of the Worker: its routes in the order a request meets them. */
export function createRouter(): Router {
  // The one router of Hono's that takes `/mail/{id}` beside `/mail/folders`.
  const router: Router = { app: new HonoBase<App>({ router: new TrieRouter() }), documented: [] };
  const { app } = router;
  app.onError(onError);
  app.notFound(notFound);

  app.use(requestContext);
  liveRoutes(router);
  app.use(responseHeaders);
  oauthProtocolRoutes(router);
  app.use(crossOrigin);
  healthRoutes(router);
  landingRoutes(router);
  consoleRoutes(router);
  federationRoutes(router);

  connectRoutes(router);
  callbackRoutes(router);
  authorizeRoutes(router);
  reconnectRoutes(router);
  accountLinkRoutes(router);
  logoutRoutes(router);
  adminConsentRoutes(router);
  notificationRoutes(router);
  operationRoutes(router);
  fileRoutes(router);
  auditRoutes(router);
  gatewayRoutes(router);
  mcpRoutes(router);

  documentRoutes(router);
  refuseOtherMethods(app);
  return router;
}

export const createApp = (): HonoBase<App> => createRouter().app;

/** A path that exists answers 405, not 404, to the methods it does not take. */
function refuseOtherMethods(app: HonoBase<App>): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    if (method === "ALL" || path.includes("*")) continue;
    const known = methods.get(path) ?? new Set<string>();
    methods.set(path, known.add(method));
  }
  for (const [path, known] of methods) {
    if (known.has("GET")) known.add("HEAD");
    app.all(path, methodNotAllowed([...known].sort()));
  }
}
