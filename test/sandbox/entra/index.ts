import { Hono } from "hono";
import type { SandboxWorld } from "../create-world.ts";
import { authorityOf } from "../tenants.ts";
import { adminConsentEndpoint } from "./admin-consent.ts";
import { authorizeEndpoint } from "./authorize.ts";
import { deviceCodeEndpoint } from "./device-code-endpoint.ts";
import { devicePage } from "./device-page.ts";
import { instanceDiscovery, keySet, openidConfiguration } from "./discovery.ts";
import type { MetadataRequest } from "./discovery.ts";
import { entraHeaders } from "./environment.ts";
import type { EntraContext, EntraEnvironment } from "./environment.ts";
import { jsonError } from "./error-answer.ts";
import { logoutEndpoint } from "./logout.ts";
import { tokenEndpoint } from "./token.ts";

/** Entra ID, v2.0 endpoints: discovery, authorize, token, device code, admin consent, logout. */
export function createEntra(world: SandboxWorld): Hono<EntraEnvironment> {
  const app = new Hono<EntraEnvironment>();

  /** Metadata is public: any page may read it. */
  const metadata =
    (answer: (request: MetadataRequest) => object | Promise<object>) =>
    async (context: EntraContext) => {
      const segment = context.req.param("tenant") ?? "";
      const authority = authorityOf(segment);
      if (!authority) {
        const message = `Tenant '${segment}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`;
        return jsonError(context, world, { code: 90002, error: "invalid_tenant", message });
      }
      const { base } = context.env;
      const appId = context.req.query("appid") || undefined;
      return Response.json(await answer({ base, authority, appId }), {
        headers: {
          "access-control-allow-origin": "*",
          "cache-control": "max-age=86400, private",
          "x-ms-request-id": world.guid(),
        },
      });
    };

  const authorize = "/:tenant/oauth2/v2.0/authorize";
  app.get(authorize, (context) => authorizeEndpoint(context, world));
  // At /authorize a fault is told to the application by redirect, anywhere else by the body.
  app.use(async (context, next) => {
    if (!context.env.fault) return next();
    return jsonError(context, world, context.env.fault);
  });

  app.get("/common/discovery/instance", (context) => {
    const endpoint = context.req.query("authorization_endpoint") ?? "";
    const found = instanceDiscovery(context.env.base, endpoint);
    if (found) return Response.json(found, { headers: { "access-control-allow-origin": "*" } });
    const message = "Unknown or invalid instance.";
    return jsonError(context, world, { code: 90100, error: "invalid_instance", message });
  });
  app.get("/:tenant/v2.0/.well-known/openid-configuration", metadata(openidConfiguration));
  const keys = metadata((request) => keySet(world, request));
  app.get("/:tenant/discovery/v2.0/keys", keys);
  app.get("/:tenant/discovery/keys", keys);

  app.post("/:tenant/oauth2/v2.0/token", (context) => tokenEndpoint(context, world));
  app.all("/:tenant/oauth2/v2.0/token", (context) =>
    jsonError(context, world, {
      code: 900561,
      message: `The endpoint only accepts POST requests. Received a ${context.req.method} request.`,
    }),
  );
  app.post("/:tenant/oauth2/v2.0/devicecode", (context) => deviceCodeEndpoint(context, world));
  app.get("/device", (context) => devicePage(context, world));
  app.on(["GET", "POST"], "/:tenant/oauth2/v2.0/logout", (context) =>
    logoutEndpoint(context, world),
  );
  app.get("/:tenant/v2.0/adminconsent", (context) => adminConsentEndpoint(context, world, false));
  app.get("/:tenant/adminconsent", (context) => adminConsentEndpoint(context, world, true));

  app.notFound(() => new Response(null, { status: 404, headers: entraHeaders(world) }));
  return app;
}
