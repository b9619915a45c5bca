import document from "./openapi.json";
import { withConfig } from "./context.ts";
import { named } from "./register.ts";
import type { Router } from "./router.ts";

/**
 * The document of all routes. It is made when the project is built, by `npm run catalogue`; the Worker
 * adds its own address.
 */
export function documentRoutes(router: Router): void {
  router.documented.push(() => ({
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    tag: "service",
    scope: "open",
    cannotFail: true,
    answers: { 200: { description: "OpenAPI 3.1.", content: { "application/json": undefined } } },
  }));
  router.app.get("/openapi.json", named("/openapi.json"), withConfig, (c) =>
    c.json({ ...document, servers: [{ url: c.get("config").publicOrigin }] }),
  );
}
