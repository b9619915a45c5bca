import { defined } from "../contract/defined.ts";
import { markedResponse, type ErrorCode, type Failure } from "../contract/errors.ts";

/** What an error of ours holds apart from its sentence. */
export interface InnerError extends Omit<Failure, "message" | "request_id"> {
  "request-id"?: string;
  date: string;
}

/** An error of ours as Microsoft's services write theirs, so that their SDKs show our sentence. */
export interface MicrosoftError {
  error: {
    code: ErrorCode;
    message: string;
    /** Graph's SDKs keep it. */
    innerError: InnerError;
    /** The same: Resource Manager's SDKs keep this of an error, and drop what else they do not know. */
    additionalInfo: [{ type: "azure-integration-worker"; info: InnerError }];
  };
}

/** @param date when it happened */
export function microsoftError(
  { message, request_id: requestId, ...rest }: Failure,
  date: Date,
): MicrosoftError {
  const innerError = {
    ...rest,
    ...defined({ "request-id": requestId }),
    date: date.toISOString(),
  };
  const additionalInfo: MicrosoftError["error"]["additionalInfo"] = [
    { type: "azure-integration-worker", info: innerError },
  ];
  return { error: { code: rest.code, message, innerError, additionalInfo } };
}

/** Where SDKs look for the code before the body, and where there is none: Storage's, and any after HEAD. */
const codeHeader = "x-ms-error-code";

/**
 * The answer that carries an error of ours wherever Microsoft's own answers come: by the gateways and
 * by a stub's `fetch`.
 *
 * Its Retry-After is for SDKs, which repeat any 503 three times: after the seconds it names, or after
 * several of their own. No wait corrects a configuration, so then it names none, and they show the
 * error at once; `retry_after` in the body stays what it is.
 */
export function microsoftErrorResponse(
  reason: Failure,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const response = markedResponse(reason, microsoftError(reason, new Date()), headers);
  response.headers.set(codeHeader, reason.code);
  if (reason.code === "app_misconfigured") response.headers.set("retry-after", "0");
  return response;
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
