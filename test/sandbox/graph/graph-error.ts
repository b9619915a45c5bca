import type { StatusCode } from "hono/utils/http-status";

/** A refusal in Graph's own words; thrown by handlers, written by `writeError`. */
export class GraphError extends Error {
  readonly status: StatusCode;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A more exact code that some workloads put into `innerError`. */
  readonly innerCode: string | undefined;
  /** Exchange's throttling answers come without `innerError`. */
  readonly bare: boolean;

  constructor(
    status: StatusCode,
    code: string,
    message: string,
    options: { headers?: Record<string, string>; innerCode?: string; bare?: boolean } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
    this.innerCode = options.innerCode;
    this.bare = options.bare ?? false;
  }
}

/** Graph writes seconds without fraction and without the Z in `innerError.date`. */
export function errorDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19);
}

export interface RequestIds {
  requestId: string;
  clientRequestId: string;
}

/** The JSON of an error answer. */
export function errorBody(error: GraphError, ids: RequestIds, now: number) {
  const { code, message, innerCode, bare } = error;
  if (bare) return { error: { code, message } };
  const innerError = {
    ...(innerCode === undefined ? {} : { code: innerCode }),
    date: errorDate(now),
    "request-id": ids.requestId,
    "client-request-id": ids.clientRequestId,
  };
  return { error: { code, message, innerError } };
}
