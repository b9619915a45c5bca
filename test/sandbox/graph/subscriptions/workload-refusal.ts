import { STATUS_CODES } from "node:http";
import type { StatusCode } from "hono/utils/http-status";
import { GraphError } from "../graph-error.ts";

export type Operation = "Create" | "Update" | "Reauthorize";

/** What the service of a resource said, as Graph's subscription service passes it on. */
export function workloadRefusal(
  status: StatusCode,
  reason: string,
  operation: Operation = "Create",
): GraphError {
  const name = (STATUS_CODES[status] ?? "").replaceAll(" ", "");
  return new GraphError(
    status,
    "ExtensionError",
    `Operation: ${operation}; Exception: [Status Code: ${name}; Reason: ${reason}]`,
  );
}

/** Graph's own refusal of a subscription's properties. */
export const invalidRequest = (message: string): GraphError =>
  new GraphError(400, "InvalidRequest", message);

/** Does something, and passes on what a workload refuses meanwhile. */
export function passingOn<T>(operation: Operation, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw workloadRefusal(error.status, error.message, operation);
  }
}
