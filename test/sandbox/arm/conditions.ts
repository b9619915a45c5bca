import { type Answer, failure } from "./answer.ts";

const opaque = (etag: string) => etag.trim().replace(/^W\//i, "").replaceAll('"', "");

/**
 * The 412 of a conditional write (RFC 9110 §13): `If-Match` needs the current ETag, or `*` for
 * any; `If-None-Match: *` creates only.
 * @param current the ETag of the resource; undefined when it does not exist
 */
export function refuseCondition(headers: Headers, current: string | undefined): Answer | undefined {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  const matches = (condition: string) =>
    current !== undefined &&
    (condition.trim() === "*" ||
      condition.split(",").some((candidate) => opaque(candidate) === opaque(current)));
  const holds =
    (ifMatch === null || matches(ifMatch)) && (ifNoneMatch === null || !matches(ifNoneMatch));
  return holds
    ? undefined
    : failure(
        412,
        "PreconditionFailed",
        "The condition specified using HTTP conditional header(s) is not met.",
        { failedIn: "service" },
      );
}
