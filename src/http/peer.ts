import type { Failure } from "../contract/errors.ts";
import type { Unreadable } from "./json-answer.ts";
import type { AttemptOutcome } from "./retry-policy.ts";

/** What a failure is read with. */
export interface FailureContext {
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether the request was meant to change something: then a lost answer is an unknown outcome. */
  write: boolean;
}

export interface ReadFailure {
  reason: Failure;
  /** Whether to try again. */
  outcome: AttemptOutcome | "final";
}

/** Who is asked: how it refuses, and what is said of it when it gave no answer that can be read. */
export interface Peer {
  /** Reads an answer of status 400 and above. */
  readFailure(response: Response, context: FailureContext): Promise<ReadFailure>;
  /** The failure of a call that got no answer at all. */
  lostAnswer(kind: "network_error" | "timeout", write: boolean): Failure;
  /** What an error of `fetch` says beyond that an answer was lost, and whether to try again. */
  thrown?(error: unknown): { reason?: Failure; outcome: AttemptOutcome | "final" } | undefined;
  /** The failure of an answer that has a good status and no meaning. */
  unreadable(reason: Unreadable, write: boolean): Failure;
}
