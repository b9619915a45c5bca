import { longestWait, retryAfterSeconds } from "../http/retry-after.ts";
import { parseJsonObject } from "../http/json.ts";
import type { Answer } from "./deadline.ts";
import { classify, parseEntraError, requestIdOf } from "./errors.ts";
import type { Disposition, FaultyVariable } from "./errors.ts";
import { defined } from "../contract/defined.ts";

/** A token request that brought no token. Holds no text of Microsoft's and no part of a request. */
export interface TokenFailure {
  disposition: Disposition;
  /** OAuth `error`, or one of {@link OwnFailureCode}. */
  code: string;
  /** AADSTS codes. */
  codes: readonly number[];
  suberror?: string;
  /** A claims challenge to keep for the next sign-in, JSON. */
  claims?: string;
  /** Asked for by Microsoft. */
  retryAfterSeconds?: number;
  /** Microsoft's, for its support. */
  requestId?: string;
}

const retry = { action: "retry", latch: "none" } as const;
const signIn = { action: "sign_in", latch: "none" } as const;

/** What we found ourselves, without a word of refusal from Entra. None of it ends a grant. */
const ownFailures = {
  network: { ...retry, message: "Microsoft's sign-in service could not be reached: try again." },
  timeout: {
    ...retry,
    message: "Microsoft's sign-in service did not answer in time: try again.",
  },
  invalid_response: {
    ...retry,
    message: "Microsoft's sign-in service gave an answer that could not be read: try again.",
  },
  id_token_invalid: {
    ...signIn,
    message: "The answer did not prove who signed in: start a new sign-in.",
  },
  wrong_tenant: {
    ...signIn,
    message: "The account belongs to another tenant than the one asked for: sign in with another.",
  },
  invalid_callback: {
    ...signIn,
    message: "The browser came back with an incomplete answer: start a new sign-in.",
  },
  assertion_unreachable: {
    ...retry,
    message: "The service that vouches for this app did not answer: try again.",
  },
  assertion_unavailable: {
    action: "fix_app",
    latch: "app",
    message:
      "The app could not prove who it is: its operator must see to the credential that is named.",
  },
} as const satisfies Record<string, Disposition>;

export type OwnFailureCode = keyof typeof ownFailures;

/** A failure without an error body; of `answer` only the request id is used. */
export function ownFailure(code: OwnFailureCode, answer?: Answer): TokenFailure {
  const requestId = requestIdOf(answer?.headers.get("x-ms-request-id"));
  return {
    disposition: ownFailures[code],
    code,
    codes: [],
    ...defined({ requestId }),
  };
}

/** The same failure, of a credential that this variable holds. */
export const blaming = (failure: TokenFailure, variable: FaultyVariable): TokenFailure =>
  failure.disposition.latch === "app"
    ? { ...failure, disposition: { ...failure.disposition, variable } }
    : failure;

/** Entra pauses a client that repeats itself (AADSTS50196); it asks for five minutes of silence. */
const loopPauseSeconds = 300;

/** A refusal of the token endpoint, or whatever stood in its place. */
export function answerFailure(answer: Answer, now: number): TokenFailure {
  const body = parseJsonObject(answer.text);
  const asked = retryAfterSeconds(answer.headers, now, longestWait.entra);
  const { error, codes, suberror, claims, traceId } = parseEntraError(body);
  const pause = codes.includes(50196) ? Math.max(loopPauseSeconds, asked ?? 0) : asked;
  const requestId = requestIdOf(answer.headers.get("x-ms-request-id")) ?? traceId;
  return {
    disposition: classify({ status: answer.status, body }),
    code: error ?? "invalid_response",
    codes,
    ...defined({ suberror, claims, retryAfterSeconds: pause, requestId }),
  };
}

/** A refusal that came back through the browser: the parameters of the callback. */
export function redirectFailure(parameters: URLSearchParams): TokenFailure {
  const body = Object.fromEntries(parameters);
  const { error, codes, suberror } = parseEntraError(body);
  return {
    disposition: classify({ status: 400, body, redirect: true }),
    code: error ?? "invalid_response",
    codes,
    ...defined({ suberror }),
  };
}
