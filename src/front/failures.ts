import {
  AzureError,
  errorResponse,
  failure,
  renamedField,
  type Failure,
} from "../contract/errors.ts";
import { failureOf } from "../operations/failures.ts";
import { microsoftErrorResponse } from "../http/microsoft-error.ts";
import type { Context } from "./context.ts";

/** The answer to whatever a route threw. */
export function onError(error: unknown, c: Context): Response {
  const reason = failureOf(error, c.get("requestId"));
  const upstreamId = reason.details?.upstream_request_id;
  if (upstreamId !== undefined) c.set("upstreamRequestId", upstreamId);
  return answer(c, reason);
}

/**
 * Does work that names the fields of its input in camel case.
 *
 * @param nameOf how this route calls them
 * @throws AzureError of the work, by the names of the route
 */
export async function withFieldNames<Value>(
  work: Promise<Value>,
  nameOf: (field: string) => string,
): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
    throw new AzureError(renamedField(error, nameOf), { cause: error });
  }
}

/** The answer where no route is. */
export const notFound = (c: Context): Response =>
  answer(c, failure("not_found", "No such route.", { request_id: c.get("requestId") }));

/** A route that exists under other methods (RFC 9110 §15.5.6). */
export const methodNotAllowed =
  (allowed: readonly string[]) =>
  (c: Context): Response => {
    const reason = failure("invalid_request", `This route takes ${allowed.join(", ")}.`, {
      request_id: c.get("requestId"),
      details: { field: "method" },
    });
    const { body, headers } = answer(c, reason, { allow: allowed.join(", ") });
    return new Response(body, { status: 405, headers });
  };

/** The answer in the form of the route. */
function answer(c: Context, reason: Failure, more: Record<string, string> = {}): Response {
  const headers = { "x-request-id": c.get("requestId"), ...more };
  return c.get("errorForm") === "microsoft"
    ? microsoftErrorResponse(reason, headers)
    : errorResponse(reason, headers);
}
