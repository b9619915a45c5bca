import { defined } from "../contract/defined.ts";
import {
  type ErrorCode,
  errorStatuses,
  failure,
  type Failure,
  renamedField,
} from "../contract/errors.ts";
import { camelCase } from "../contract/field-name.ts";
import { boundedText } from "../http/bounded-text.ts";
import { isRecord, parseJson } from "../http/json.ts";
import { envelopedFailure, markedFailure } from "../http/own-error.ts";
import type { Peer } from "../http/peer.ts";
import { retryAfterSeconds } from "../http/retry-after.ts";

/** The code of a status, for an answer without an envelope. */
const codeOfStatus: ReadonlyMap<number, ErrorCode> = new Map(
  (
    [
      "invalid_request",
      "unauthenticated",
      "forbidden",
      "not_found",
      "conflict",
      "payload_too_large",
      "throttled",
      "internal_error",
      "upstream_error",
      "upstream_unavailable",
      "upstream_timeout",
    ] as const
  ).map((code) => [errorStatuses[code], code]),
);

/** The connection service, as its own client meets it. Nothing it answers is Microsoft's word. */
export function connectionService(origin: string): Peer {
  const service = `The connection service at ${origin}`;
  const outcomeOf = (write: boolean) => (write ? { outcome: "unknown" as const } : {});
  return {
    async readFailure(response, { now }) {
      return { reason: refusal(response, await boundedText(response), now), own: true };
    },
    lostAnswer: (kind, write) => {
      const details = write ? { details: outcomeOf(write) } : {};
      return kind === "timeout"
        ? failure("upstream_timeout", `${service} did not answer in time.`, details)
        : failure("upstream_unavailable", `${service} could not be reached.`, details);
    },
    unreadable: (reason, write) =>
      failure("upstream_error", `What answers at ${origin} is not the connection service.`, {
        details: { reason, ...outcomeOf(write) },
      }),
  };
}

/**
 * An error answer. A browser of another origin sees neither `x-azure-error` nor Retry-After, so the
 * envelope is recognised by its shape; what a proxy or an edge answers in the Worker's place is
 * known by its status alone.
 */
function refusal({ status, headers }: Response, text: string, now: number): Failure {
  const body = parseJson(text);
  const own = isRecord(body) && body["success"] === false ? envelopedFailure(body) : undefined;
  const known = own ?? markedFailure(headers, body, now);
  // Over HTTP names are in snake case; the caller of this client wrote them in camel case.
  if (known !== undefined) return renamedField(known, camelCase);
  const code = codeOfStatus.get(status) ?? (status >= 500 ? "internal_error" : "invalid_request");
  return failure(
    code,
    `The connection service answered ${status} without saying why.`,
    defined({ retry_after: retryAfterSeconds(headers, now) }),
  );
}
