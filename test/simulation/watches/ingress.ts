import { Hono } from "hono";
import { requestContext, type App } from "../../../src/front/context.ts";
import { onError } from "../../../src/front/failures.ts";
import { notificationRoutes } from "../../../src/routes/notifications.ts";
import type { OwnStub } from "../../../src/contract/connection-rpc.ts";

/**
 * Where Graph posts to, as the Worker itself answers there.
 *
 * @param stub of the connection that is simulated
 * @returns takes a request, with the variables of the deployment that is now
 */
export function createIngress(
  stub: () => OwnStub,
): (request: Request, variables: object) => Promise<Response> {
  const app = new Hono<App>();
  app.onError(onError);
  app.use(requestContext);
  notificationRoutes({ app, documented: [] });
  const namespace = { getByName: () => stub() };
  return async (request, variables) =>
    app.fetch(request, { ...variables, AZURE_CONNECTION: namespace });
}
