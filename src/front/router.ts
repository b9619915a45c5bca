import type { HonoBase } from "hono/hono-base";
import type { DocumentedRoute } from "../api/document.ts";
import type { App } from "./context.ts";

/** The routes, and what the document says of them. */
export interface Router {
  app: HonoBase<App>;
  /** Called where the document is made, never in the Worker. */
  documented: (() => DocumentedRoute)[];
}
