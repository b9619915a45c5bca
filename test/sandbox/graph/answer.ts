import type { MiddlewareHandler } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import type { World } from "../world.ts";
import { errorBody, GraphError } from "./graph-error.ts";
import type { GraphContext, GraphEnvironment } from "./environment.ts";

const JSON_TYPE =
  "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

const DIAGNOSTIC = JSON.stringify({
  ServerInfo: {
    DataCenter: "West Europe",
    Slice: "E",
    Ring: "5",
    ScaleUnit: "003",
    RoleInstance: "AM4PEPF00000001",
  },
});

/** Gives the request its ids, and every answer the headers of Graph's gateway. */
export function gatewayHeaders(world: World): MiddlewareHandler<GraphEnvironment> {
  return async (c, next) => {
    const requestId = world.guid();
    c.set("requestId", requestId);
    c.set("clientRequestId", c.req.header("client-request-id") ?? requestId);
    await next();
    const headers = c.res.headers;
    headers.set("request-id", requestId);
    headers.set("client-request-id", c.get("clientRequestId"));
    headers.set("x-ms-ags-diagnostic", DIAGNOSTIC);
    headers.set("strict-transport-security", "max-age=31536000");
    headers.set("date", new Date(world.now()).toUTCString());
    if (headers.get("content-type")?.startsWith("application/json"))
      headers.set("odata-version", "4.0");
  };
}

/** A JSON answer with the content type Graph writes. */
export function json(
  c: GraphContext,
  body: unknown,
  status: StatusCode = 200,
  headers: Record<string, string> = {},
): Response {
  c.header("content-type", JSON_TYPE);
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  return c.newResponse(JSON.stringify(body), { status });
}

/** An answer without a body: 202, 204, 302, 304. */
export function empty(
  c: GraphContext,
  status: StatusCode,
  headers: Record<string, string> = {},
): Response {
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
  return c.newResponse(null, { status });
}

/** Turns whatever a handler threw into Graph's error body; a defect of the sandbox is a 500. */
export function writeError(world: World) {
  return (error: Error, c: GraphContext): Response => {
    const known =
      error instanceof GraphError
        ? error
        : new GraphError(500, "InternalServerError", `The sandbox failed: ${error.message}`);
    const ids = { requestId: c.get("requestId"), clientRequestId: c.get("clientRequestId") };
    return json(c, errorBody(known, ids, world.now()), known.status, { ...known.headers });
  };
}
