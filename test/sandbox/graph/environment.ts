import type { Context, Hono } from "hono";
import type { Caller } from "../world.ts";

/** What a request to Graph carries through its handlers. */
export interface GraphEnvironment {
  Bindings: { base: string };
  Variables: { caller: Caller; requestId: string; clientRequestId: string };
}

export type GraphContext = Context<GraphEnvironment>;
export type GraphRoutes = Hono<GraphEnvironment>;

/** `https://graph.microsoft.com/v1.0`: where links and contexts of this request begin. */
export function versionRoot(c: GraphContext): string {
  return `${c.env.base}/${c.req.path.split("/")[1]}`;
}
