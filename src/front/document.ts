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
  /** By the origin it names: a deployment has one. */
  const documents = new Map<string, string>();
  const documentOf = (origin: string): string => {
    const known = documents.get(origin);
    if (known !== undefined) return known;
    const document = JSON.stringify(
      router.getOpenAPI31Document({
        openapi: "3.1.0",
        info: {
          title: "Azure Integration Worker",
          version,
          description: "Microsoft connections of other people, held for a host application.",
        },
        servers: [{ url: origin }],
      }),
    );
    documents.set(origin, document);
    return document;
  };
  router.get("/openapi.json", (c) => {
    c.set("route", "/openapi.json");
    const type = "application/json; charset=utf-8";
    return c.body(documentOf(c.var.config.publicOrigin), 200, { "content-type": type });
  });
}
