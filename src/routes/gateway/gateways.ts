import * as z from "zod";
import { connectionHeader } from "../../contract/connection-owner.ts";
import { requires } from "../../front/require.ts";
import type { Scope } from "../../contract/scope.ts";
import type { Config } from "../../config/config.ts";
import { connectionStub } from "../../connection/stub.ts";
import { AzureError, invalidField, ownErrorHeader } from "../../contract/errors.ts";
import { upstreamFailure, upstreamRequestId } from "../../http/upstream-error.ts";
import { orThrow } from "../../contract/or-throw.ts";
import { withConfig, type Context } from "../../front/context.ts";
import { withLinksHere } from "./gateway-links.ts";
import {
  gatewayTarget,
  isBatchPath,
  isContentPath,
  type GatewayMount,
} from "../../http/gateway-path.ts";
import { untrustedBytes } from "../../front/headers.ts";
import { methodNotAllowed } from "../../front/failures.ts";
import { errorSchema } from "../../api/document.ts";
import type { Router } from "../../front/router.ts";

/** Microsoft's own API under our address, signed in as a connection. */
interface Gateway {
  prefix: "/graph" | "/arm";
  /** The path in the document, where a parameter cannot hold slashes but has to. */
  documented: string;
  service: string;
  scopes: { read: Scope; write: Scope };
  mount: (config: Config) => GatewayMount;
}

const gateways: readonly Gateway[] = [
  {
    prefix: "/graph",
    documented: "/graph/{version}/{path}",
    service: "Microsoft Graph",
    scopes: { read: "graph:read", write: "graph:write" },
    mount: ({ cloud }) => ({
      prefix: "/graph",
      endpoint: cloud.graphEndpoint,
      versions: ["v1.0", "beta"],
    }),
  },
  {
    prefix: "/arm",
    documented: "/arm/{path}",
    service: "Azure Resource Manager",
    scopes: { read: "arm:read", write: "arm:write" },
    mount: ({ cloud }) => ({ prefix: "/arm", endpoint: cloud.armEndpoint }),
  },
];

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** An error of ours has in `innerError` what the envelope has on other routes. */
const gatewayErrorSchema = z
  .looseObject({
    error: z.looseObject({
      code: z.string(),
      message: z.string(),
      innerError: errorSchema
        .omit({ success: true, error: true, request_id: true })
        .partial()
        .loose()
        .optional(),
    }),
  })
  .meta({ id: "GatewayError" });

/** Headers that are about this hop, and those that would make another method of the call. */
const droppedHeader =
  /^(?:authorization|cookie|host|connection|x-azure-.*|x-http-method.*|x-method-override|x-forwarded-.*|x-real-ip|cf-.*|forwarded|origin|referer)$/i;

export function gatewayRoutes(router: Router): void {
  for (const gateway of gateways) {
    const { prefix, scopes, mount } = gateway;
    const scope = (c: Context): Scope =>
      isRead(c.req.method) && !isBatchPath(c.req.raw.url) ? scopes.read : scopes.write;
    // For all that follows, what fails and what no method takes included.
    router.app.use(`${prefix}/*`, async (c, next) => {
      c.set("route", `${prefix}/*`);
      c.set("errorForm", "microsoft");
      await next();
    });
    router.app.on(
      methods,
      `${prefix}/*`,
      withConfig,
      requires({ scope, connection: "header" }),
      (c) => forward(c, mount(c.get("config"))),
    );
    router.app.all(`${prefix}/*`, methodNotAllowed(methods));
    document(router, gateway);
  }
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD";

async function forward(c: Context, mount: GatewayMount): Promise<Response> {
  if (c.req.header("upgrade") !== undefined) {
    throw new AzureError(
      invalidField("upgrade", "is not supported: a gateway upgrades no connection"),
    );
  }
  const target = orThrow(gatewayTarget(mount, c.req.raw.url));
  const connection = await connectionStub(c.env, c.get("connectionId"));
  const answer = await connection.fetch(outgoing(c, target), {
    // A stub follows redirects by calling the actor again.
    redirect: "manual",
  });
  // What the connection itself refused is reported like any other error of ours, with the request id.
  if (answer.headers.has(ownErrorHeader)) {
    const write = !isRead(c.req.method);
    throw new AzureError(await upstreamFailure(answer, { now: Date.now(), write }));
  }
  const upstreamId = upstreamRequestId(answer.headers);
  if (upstreamId !== undefined) c.set("upstreamRequestId", upstreamId);
  const gateway = `${c.get("config").publicOrigin}${mount.prefix}`;
  const isContent = isContentPath(target);
  return untrustedBytes(
    await withLinksHere(answer, { endpoint: mount.endpoint, gateway }, { isContent }),
  );
}

/** The request as it came, its body as it streams in and with its length, for Microsoft's URL. */
function outgoing(c: Context, target: string): Request {
  const request = new Request(target, c.req.raw);
  for (const name of c.req.raw.headers.keys()) {
    if (droppedHeader.test(name)) request.headers.delete(name);
  }
  if (!request.headers.has("client-request-id")) {
    request.headers.set("client-request-id", c.get("requestId"));
  }
  return request;
}

function document(router: Router, { documented, prefix, service, scopes }: Gateway): void {
  const path = z
    .string()
    .meta({ description: `What follows in ${service}'s own URLs, slashes and all.` });
  const json = (schema: z.ZodType) => ({ "application/json": schema });
  for (const method of methods) {
    router.documented.push(() => ({
      method,
      path: documented,
      summary: `${service} as it is, its links pointing here; a $batch needs ${scopes.write}`,
      tag: "gateways",
      scope: isRead(method) ? scopes.read : scopes.write,
      params: { ...(prefix === "/graph" && { version: z.enum(["v1.0", "beta"]) }), path },
      headers: {
        [connectionHeader]: z
          .string()
          .optional()
          .meta({ description: "The connection's id; a user's own credential need not say it." }),
      },
      answers: {
        "2XX": { description: `${service}'s own answer.`, content: json(z.looseObject({})) },
        "3XX": { description: `${service}'s own answer.` },
        default: {
          description: `${service}'s own error, or with x-azure-error one of ours in its form.`,
          content: json(gatewayErrorSchema),
        },
      },
    }));
  }
}
