import {
  failure,
  isErrorCode,
  ownErrorHeader,
  type ErrorCode,
  type Failure,
} from "../contract/errors.ts";
import type { Remedy } from "../contract/remedy.ts";
import { recordOf, textOf, isRecord } from "./json.ts";
import { retryAfterSeconds } from "./retry-after.ts";
import type { AttemptOutcome } from "./retry-policy.ts";
import { defined } from "../contract/defined.ts";

/**
 * Errors of this service itself, where its answers and Microsoft's come through the same `fetch`:
 * an answer marked by `x-azure-error`, or an `AzureError` that a stub's `fetch` throws. They are
 * passed on as they are.
 */

/** Errors caused by Microsoft: they are retried as Microsoft's own answer would be. */
const relayed: Partial<Record<ErrorCode, AttemptOutcome>> = {
  throttled: { status: 429 },
  upstream_unavailable: { status: 503 },
  upstream_timeout: "timeout",
};

/** What an error of our own says about trying again; one about ourselves is final. */
export function ownOutcome({ code, details }: Failure): AttemptOutcome | "final" {
  const outcome = relayed[code];
  if (outcome === undefined) return "final";
  return details?.outcome === "unknown" ? "network_error" : outcome;
}

/**
 * The failure of an answer marked as ours. A HEAD request gets the mark without a body; then the
 * code of the mark is all that is known.
 *
 * @param body parsed JSON; undefined when there is none
 * @param now milliseconds since the epoch
 * @returns undefined when the answer is not one of ours
 */
export function markedFailure(headers: Headers, body: unknown, now: number): Failure | undefined {
  const mark = headers.get(ownErrorHeader);
  if (mark === null) return undefined;
  const read = envelopedFailure(body);
  if (read !== undefined) return read;
  if (!isErrorCode(mark)) return undefined;
  const retryAfter = retryAfterSeconds(headers, now, longestWait);
  return failure(mark, "The connection refused this without saying more.", {
    ...defined({ retry_after: retryAfter }),
  });
}

/** The failure that the JSON of an error answer of ours holds, whether or not it is marked. */
export const envelopedFailure = (body: unknown): Failure | undefined => failureIn(body, "error");

/** The failure of an `AzureError` that came through RPC, where only its own properties survive. */
export const thrownFailure = (error: unknown): Failure | undefined => failureIn(error, "message");

/** @param sentence where the message is */
function failureIn(value: unknown, sentence: "error" | "message"): Failure | undefined {
  const { code, request_id, retry_after, remedy, details, [sentence]: message } = recordOf(value);
  if (!isErrorCode(code) || typeof message !== "string") return undefined;
  return failure(code, message, {
    ...defined({ request_id: textOf(request_id), retry_after: ownWait(retry_after) }),
    ...(isRemedy(remedy) && { remedy: { ...remedy } }),
    ...(isRecord(details) && { details: { ...details } }),
  });
}

/** The longest wait that is believed, in seconds: Entra's, of those that this service passes on. */
const longestWait = 3_600;

/**
 * A wait that this service asks for. What it writes is a number: {@link retryAfterSeconds} reads all
 * that Microsoft's services write.
 *
 * @returns whole seconds, rounded up, from 0 to an hour; undefined for what is no such number
 */
export const ownWait = (seconds: unknown): number | undefined =>
  typeof seconds === "number" && seconds >= 0
    ? Math.min(Math.ceil(seconds), longestWait)
    : undefined;

/**
 * The form is this service's own promise: programs that bundle this need no schema for it, and an action
 * of a newer service says more than none.
 */
const isRemedy = (value: unknown): value is Remedy =>
  isRecord(value) &&
  ["action", "message", "since"].every((name) => typeof value[name] === "string");
