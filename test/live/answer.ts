import { headerShape, shapeOf, type Shape } from "./shape.ts";

/** Headers that programs act by. */
const comparedHeaders = [
  "content-type",
  "odata-version",
  "preference-applied",
  "request-id",
  "client-request-id",
  "www-authenticate",
  "retry-after",
  "location",
  "etag",
  "x-ms-request-id",
  "x-ms-correlation-request-id",
  "x-ms-routing-request-id",
] as const;

/** An answer without anything that it says. */
export interface AnswerShape {
  status: number;
  headers: ReadonlyMap<string, string>;
  /** Of an error: Microsoft's word for it. */
  code: string | undefined;
  /** Absent: no JSON. */
  body: Shape | undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** `error.code` of Graph and Resource Manager, `error` and `error_codes` of Entra. */
function codeOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { error, error_codes: codes } = body;
  if (isRecord(error)) return typeof error["code"] === "string" ? error["code"] : undefined;
  if (typeof error !== "string") return undefined;
  return Array.isArray(codes) ? `${error} ${codes.join(" ")}` : error;
}

export function answerShape(status: number, headers: Headers, text: string): AnswerShape {
  const body = jsonOf(text);
  const known = comparedHeaders.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, headerShape(name, value)] as const];
  });
  return {
    status,
    headers: new Map(known),
    code: codeOf(body),
    body: body === undefined ? undefined : shapeOf(body),
  };
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
