import type { GraphContext } from "./environment.ts";

/** The method by which a request is judged: HEAD is GET without the body of the answer (RFC 9110 §9.3.2). */
export const methodOf = (c: GraphContext): string =>
  c.req.method === "HEAD" ? "GET" : c.req.method;
