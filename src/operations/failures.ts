import { defined } from "../contract/defined.ts";
import type * as z from "zod";
import { AzureError, failure, invalidField, type Failure } from "../contract/errors.ts";
import { logMisconfigured, unexpectedFailure } from "../platform/log.ts";

/** A thrown error as a failure. An unexpected one is logged, and its caller learns nothing of it. */
export function failureOf(error: unknown, requestId: string): Failure {
  if (error instanceof AzureError) {
    logMisconfigured(error, requestId);
    const { code, message, retry_after, remedy, details } = error;
    return failure(code, message, {
      request_id: requestId,
      ...defined({ retry_after, remedy, details }),
    });
  }
  return unexpectedFailure(error, requestId);
}

/** The name of a field as its sender wrote it. */
type NameOf = (path: readonly PropertyKey[]) => string;

const ownName: NameOf = (path) => (path.length === 0 ? "body" : path.join("."));

/**
 * Reads what a caller sent by a schema.
 *
 * @param nameOf how the sender calls a field; default by its path in the value
 * @throws AzureError `invalid_request` naming the first field that is wrong
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  nameOf: NameOf = ownName,
): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: sentenceOf });
  if (!parsed.success) throw invalidInput(parsed.error, nameOf);
  return parsed.data;
}

/** Says of a field that was not sent what its schema does not. */
const sentenceOf: z.core.$ZodErrorMap = ({ code, input }) =>
  code === "invalid_type" && input === undefined ? "is required" : undefined;

/** The first thing that is wrong with a parameter or body, by the name its sender gave it. */
function invalidInput(error: z.core.$ZodError, nameOf: NameOf): AzureError {
  const [issue] = error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const name = nameOf([...(issue?.path ?? []), ...(unknown === undefined ? [] : [unknown])]);
  if (unknown !== undefined) return new AzureError(unknownField(name));
  const message = `${name}: ${issue?.message ?? "is not valid"}.`;
  return new AzureError(failure("invalid_request", message, { details: { field: name } }));
}

/** The refusal of a parameter that this request does not have. */
export const unknownField = (name: string): Failure =>
  invalidField(name, "is not a parameter of this request");
