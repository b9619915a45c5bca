import { OpenAPIHono } from "@hono/zod-openapi";
import { adminConsentRoutes } from "./routes/sign-in/admin-consent.ts";
import { batchRoutes } from "./routes/batch.ts";
import { calendarRoutes } from "./routes/calendar.ts";
import { callbackRoutes } from "./routes/sign-in/callback.ts";
import { connectRoutes } from "./routes/sign-in/connect.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { requestContext, withConfig, type App } from "./front/context.ts";
import { credentialRoutes } from "./routes/credentials.ts";
import { directoryRoutes } from "./routes/directory.ts";
import { documentRoutes } from "./front/document.ts";
import { invalidInput, methodNotAllowed, notFound, onError } from "./front/failures.ts";
import { fileRoutes } from "./routes/files.ts";
import { gatewayRoutes } from "./routes/gateway/gateways.ts";
import { crossOrigin, responseHeaders } from "./front/headers.ts";
import { healthRoutes } from "./routes/health.ts";
import { liveRoutes } from "./routes/live.ts";
import { logoutRoutes } from "./routes/sign-in/logout.ts";
import { mailRoutes } from "./routes/mail.ts";
import { peopleRoutes } from "./routes/people.ts";
import type { Router } from "./front/register.ts";
import { resourceGroupRoutes } from "./routes/resource-groups.ts";
import { resourceRoutes } from "./routes/resources.ts";
import { subscriptionRoutes } from "./routes/subscriptions.ts";

/** The HTTP face of the Worker: its routes in the order a request meets them. */
export function createApp(): Router {
  const app: Router = new OpenAPIHono<App>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  });
  app.onError(onError);
  app.notFound(notFound);

  app.use(requestContext);
  liveRoutes(app);
  app.use(responseHeaders, crossOrigin);
  healthRoutes(app);

  connectRoutes(app);
  callbackRoutes(app);
  logoutRoutes(app);
  adminConsentRoutes(app);
  directoryRoutes(app);
  connectionRoutes(app);
  credentialRoutes(app);

  peopleRoutes(app);
  mailRoutes(app);
  calendarRoutes(app);
  fileRoutes(app);
  batchRoutes(app);
  subscriptionRoutes(app);
  resourceGroupRoutes(app);
  resourceRoutes(app);
  gatewayRoutes(app);

  app.use("/openapi.json", withConfig);
  documentRoutes(app);
  refuseOtherMethods(app);
  return app;
}

/** A path that exists answers 405, not 404, to the methods it does not take. */
function refuseOtherMethods(app: Router): void {
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
