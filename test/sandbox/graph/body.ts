import type { GraphContext } from "./environment.ts";
import { badRequest } from "./query.ts";

/** The JSON object of a request's body, or Graph's 400 about a body that is none. */
export async function readJson(c: GraphContext): Promise<Record<string, unknown>> {
  const unreadable = badRequest(
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
  );
  if (!c.req.header("content-type")?.toLowerCase().startsWith("application/json")) throw unreadable;
  let body: unknown;
  try {
    body = await c.req.json();
  } catch {
    throw unreadable;
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw unreadable;
  return { ...body };
}
