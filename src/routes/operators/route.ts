import { fromConsole } from "../../front/console-access.ts";
import type { Context } from "../../front/context.ts";
import { guardsOf } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";

/** Adds a route of the console's page, which no other page may call, and which is in no document. */
export function consoleRoute(
  { app }: Router,
  method: "GET" | "POST" | "DELETE",
  path: `/console/${string}`,
  handler: (c: Context) => Promise<Response>,
): void {
  app.on(method, [path], ...guardsOf({ path, access: fromConsole, json: true }), handler);
}
