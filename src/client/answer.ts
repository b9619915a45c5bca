import { defined } from "../contract/defined.ts";
import {
  type ErrorCode,
  errorStatuses,
  failure,
  isErrorCode,
  type Failure,
  renamedField,
} from "../contract/errors.ts";
import { camelCase } from "../contract/field-name.ts";
import { parseJson, recordOf } from "../http/json.ts";
import { envelopedFailure, ownOutcome, ownWait } from "../http/own-error.ts";
import type { Peer } from "../http/peer.ts";

/** The code of a status, for an answer without an envelope; of two with one status the last. */
const codeOf = (status: number): ErrorCode =>
  Object.keys(errorStatuses)
    .filter(isErrorCode)
    .findLast((code) => errorStatuses[code] === status) ??
  (status >= 500 ? "internal_error" : "invalid_request");

/** Of a write whose answer was lost. */
const unknown = { outcome: "unknown" } as const;

/** The connection service, as its own client meets it. Nothing it answers is Microsoft's word. */
export function connectionService(origin: string): Peer {
  const lost = (code: ErrorCode, how: string, write: boolean): Failure =>
    failure(code, `The connection service at ${origin} ${how}.`, write ? { details: unknown } : {});
  return {
    async readFailure(response) {
      const reason = refusal(response, await response.text().catch(() => ""));
      return { reason, outcome: ownOutcome(reason) };
    },
    lostAnswer: (kind, write) =>
      kind === "timeout"
        ? lost("upstream_timeout", "did not answer in time", write)
        : lost("upstream_unavailable", "could not be reached", write),
    unreadable: (reason, write) =>
      failure("upstream_error", `What answers at ${origin} is not the connection service.`, {
        details: { reason, ...(write && unknown) },
      }),
  };
}

/**
 * An error answer. A browser of another origin does not see `x-azure-error`, so the envelope is
 * recognised by its shape; what a proxy or an edge answers in the Worker's place is known by its
 * status, and by a wait in seconds.
 */
function refusal({ status, headers }: Response, text: string): Failure {
  const body = parseJson(text);
  const own = recordOf(body)["success"] === false ? envelopedFailure(body) : undefined;
  // Over HTTP names are in snake case; the caller of this client wrote them in camel case.
  if (own !== undefined) return renamedField(own, camelCase);
  const retryAfter = ownWait(Number(headers.get("retry-after") ?? NaN));
  return failure(
    codeOf(status),
    `The connection service answered ${status} and gave no reason.`,
    defined({ retry_after: retryAfter }),
  );
}
