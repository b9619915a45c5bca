import * as z from "zod";
import { time } from "../contract/time.ts";
import { version } from "../../package.json";
import type { Router } from "../front/router.ts";

const healthSchema = z.object({
  status: z.literal("ok"),
  service: z.literal("azure"),
  timestamp: time,
  version: z.string(),
});

/** Answers even when the configuration is wrong, so it is not registered like the other routes. */
export function healthRoutes(router: Router): void {
  router.documented.push(() => ({
    method: "GET",
    path: "/health",
    summary: "Whether the Worker runs",
    tag: "service",
    scope: "open",
    cannotFail: true,
    answers: { 200: { description: "It does.", content: { "application/json": healthSchema } } },
  }));
  router.app.get("/health", (c) => {
    c.set("route", "/health");
    return c.json({
      status: "ok",
      service: "azure",
      timestamp: new Date().toISOString(),
      version,
    });
  });
}
