import { HTTPException } from "hono/http-exception";
import type * as z from "zod";
import {
  AzureError,
  errorEnvelope,
  errorResponse,
  failure,
  type Failure,
} from "../contract/errors.ts";
import { logMisconfigured, logUnexpected } from "../platform/log.ts";
import { armError, graphError } from "./microsoft-error.ts";
import type { Context, ErrorForm } from "./context.ts";

/** The failure a thrown error stands for; of an unexpected one nothing is told. */
export function failureOf(error: unknown, requestId: string): Failure {
  if (error instanceof AzureError) {
    logMisconfigured(error, requestId);
    const { code, message, retry_after, remedy, details } = error;
    return failure(code, message, {
      request_id: requestId,
      ...(retry_after !== undefined && { retry_after }),
      ...(remedy !== undefined && { remedy }),
      ...(details !== undefined && { details }),
    });
  }
  if (error instanceof HTTPException && error.status < 500) {
    const wrongType = error.status === 415;
    return failure(
      "invalid_request",
      wrongType ? "Send the body as application/json." : "The body is not readable as JSON.",
      { request_id: requestId, details: { field: wrongType ? "content-type" : "body" } },
    );
  }
  logUnexpected(error, requestId);
  return failure("internal_error", "Something went wrong here; it has been logged.", {
    request_id: requestId,
  });
}

/** The answer to whatever a route threw. */
export function onError(error: unknown, c: Context): Response {
  const reason = failureOf(error, c.var.requestId);
  const upstreamId = reason.details?.upstream_request_id;
  if (upstreamId !== undefined) c.set("upstreamRequestId", upstreamId);
  return answer(c, reason);
}

export const notFound = (c: Context): Response =>
  answer(c, failure("not_found", "No such route.", { request_id: c.var.requestId }));

/** A route that exists under other methods (RFC 9110 §15.5.6). */
export const methodNotAllowed =
  (allowed: readonly string[]) =>
  (c: Context): Response => {
    const reason = failure("invalid_request", `This route takes ${allowed.join(", ")}.`, {
      request_id: c.var.requestId,
      details: { field: "method" },
    });
    const { body, headers } = answer(c, reason, { allow: allowed.join(", ") });
    return new Response(body, { status: 405, headers });
  };

const bodies: Readonly<Record<ErrorForm, (reason: Failure) => object>> = {
  envelope: errorEnvelope,
  graph: (reason) => graphError(reason, new Date()),
  arm: (reason) => armError(reason, new Date()),
};

/** The answer in the form of the route. */
const answer = (c: Context, reason: Failure, headers: Record<string, string> = {}): Response =>
  errorResponse(
    reason,
    { "x-request-id": c.var.requestId, ...headers },
    bodies[c.var.errorForm](reason),
  );

/** The first thing that is wrong with a parameter or body, by the name its sender gave it. */
export function invalidInput(error: z.core.$ZodError): AzureError {
  const [issue] = error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const field = [...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])].join(".");
  const name = field === "" ? "body" : field;
  const message =
    unknown === undefined
      ? `${name}: ${issue?.message ?? "is not valid"}.`
      : `${name} is not a parameter of this request.`;
  return new AzureError(failure("invalid_request", message, { details: { field: name } }));
}
