import { type Answer, type ErrorDetail, failure } from "../answer.ts";
import type { Call } from "../router.ts";

/** A query that Resource Graph refuses, or the sandbox does not work out; caught at its route. */
export class QueryError extends Error {
  readonly details: readonly ErrorDetail[];
  constructor(...details: readonly ErrorDetail[]) {
    super(details.at(-1)?.message ?? "");
    this.details = details;
  }
}

const invalidQuery: ErrorDetail = {
  code: "InvalidQuery",
  message:
    "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.",
};

export const invalid = (code: string, message: string) =>
  new QueryError(invalidQuery, { code, message });

/** What the query's language has, but the sandbox does not: said, never answered wrongly. */
export const unsupported = (what: string) =>
  invalid("NotSupportedBySandbox", `The sandbox does not work out ${what}.`);

export const unresolved = (name: string) =>
  invalid("FailedToResolveEntity", `Failed to resolve scalar expression named '${name}'`);

/** Resource Graph's envelope: who asked when, and what is wrong in `details`. */
export const refuse = (
  { world, request }: Pick<Call, "world" | "request">,
  status: number,
  code: string,
  details: readonly ErrorDetail[],
  headers: Record<string, string> = {},
): Answer =>
  failure(
    status,
    code,
    `Please provide below info when asking for support: timestamp = ${new Date(world.now()).toISOString()}, correlationId = ${request.headers.get("x-ms-correlation-request-id") ?? world.guid()}.`,
    { details, headers, failedIn: "service" },
  );
