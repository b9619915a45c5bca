import { defined } from "../contract/defined.ts";
import type { ErrorCode, Failure } from "../contract/errors.ts";

/** What an error of ours holds apart from its sentence. */
export interface InnerError extends Omit<Failure, "message" | "request_id"> {
  "request-id"?: string;
  date: string;
}

/** An error of ours as Microsoft's services write theirs, so that their SDKs show our sentence. */
export interface MicrosoftError {
  error: { code: ErrorCode; message: string; innerError: InnerError };
}

/** As Graph writes it. @param date when it happened */
export function graphError(
  { message, request_id: requestId, ...rest }: Failure,
  date: Date,
): MicrosoftError {
  const innerError = {
    ...rest,
    ...defined({ "request-id": requestId }),
    date: date.toISOString(),
  };
  return { error: { code: rest.code, message, innerError } };
}

/** Resource Manager's SDKs keep `additionalInfo` of an error, and drop what else they do not know. */
export interface ArmError extends MicrosoftError {
  error: MicrosoftError["error"] & { additionalInfo: { type: string; info: InnerError }[] };
}

/** As Resource Manager writes it. @param date when it happened */
export function armError(reason: Failure, date: Date): ArmError {
  const { error } = graphError(reason, date);
  const additionalInfo = [{ type: "azure-integration-worker", info: error.innerError }];
  return { error: { ...error, additionalInfo } };
}

/** The envelope of an error of ours in Microsoft's shape; any other body is given back as it is. */
export function envelopeOf(body: unknown): unknown {
  const error = memberOf(body, "error");
  const innerError = memberOf(error, "innerError");
  if (typeof innerError !== "object" || innerError === null) return body;
  const { date: _, "request-id": requestId, ...rest }: Record<string, unknown> = { ...innerError };
  return {
    success: false,
    error: memberOf(error, "message"),
    ...rest,
    ...defined({ request_id: requestId }),
  };
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
