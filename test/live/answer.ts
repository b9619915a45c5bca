import { decodeJwt } from "jose";
import { isRecord, parseJson, textOf } from "../../src/http/json.ts";
import { headerShape, shapeOf, type Shape } from "./shape.ts";

/** An answer as it came. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

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
  "allow",
  "access-control-allow-origin",
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

/** `error.code` of Graph and Resource Manager, `error` and `error_codes` of Entra. */
export function codeOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const { error, error_codes: codes } = body;
  if (isRecord(error)) return textOf(error["code"]);
  if (typeof error !== "string") return undefined;
  return Array.isArray(codes) ? `${error} ${codes.join(" ")}` : error;
}

export function answerShape({ status, headers, text }: Answer): AnswerShape {
  const body = parseJson(text);
  const known = comparedHeaders.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, headerShape(name, value)] as const];
  });
  return {
    status,
    headers: new Map(known),
    code: codeOf(body),
    body: body === undefined ? undefined : shapeOf(withClaims(body)),
  };
}

/** A token answer with the claims of its `id_token` in the place of the token. */
function withClaims(body: unknown): unknown {
  if (!isRecord(body)) return body;
  const token = textOf(body["id_token"]);
  if (token === undefined) return body;
  try {
    return { ...body, id_token: decodeJwt(token) };
  } catch {
    return body;
  }
}

/** `403 ErrorAccessDenied`: the status, and Microsoft's word where there is one. */
export const refusalOf = ({ status, text }: Answer): string =>
  [status, codeOf(parseJson(text))].filter((part) => part !== undefined).join(" ");
