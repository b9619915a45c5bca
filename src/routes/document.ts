import { version } from "../../package.json";
import type { Router } from "./register.ts";

/** The document of all routes, made from their own schemas once and for all requests alike. */
export function documentRoutes(router: Router): void {
  router.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "An API key (azk_…), a session token, or a token of the host application's own.",
  });
  router.openAPIRegistry.registerPath({
    method: "get",
    path: "/openapi.json",
    summary: "This document",
    tags: ["service"],
    security: [],
    "x-scope": "open",
    responses: {
      200: {
        description: "OpenAPI 3.1.",
        content: { "application/json": { schema: { type: "object" } } },
      },
    },
  });
  let document: string | undefined;
  router.get("/openapi.json", (c) => {
    c.set("route", "/openapi.json");
    document ??= JSON.stringify(
      router.getOpenAPI31Document({
        openapi: "3.1.0",
        info: {
          title: "Azure Integration Worker",
          version,
          description: "Microsoft connections of other people, held for a host application.",
        },
        servers: [{ url: "/" }],
      }),
    );
    return c.body(document, 200, { "content-type": "application/json; charset=utf-8" });
  });
}
