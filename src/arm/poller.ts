import { AzureError, failure, withDetails, type Failure } from "../contract/errors.ts";
import { redacted } from "../http/redact.ts";
import { abortable } from "../http/transport.ts";
import { safeCode, unexpectedBody } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Progress } from "../contract/progress.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { readPoll, startOperation } from "./operation.ts";
import type {
  FinalStateVia,
  OperationMethod,
  OperationStep,
  RunningStep,
} from "./operation-state.ts";
import { decodeOperation, encodeOperation, keepUnder } from "./operation-string.ts";
import { pollDelay, pollGoesOn, unreadablePollLimit } from "./poll-policy.ts";
import { type ArmCall, type ArmRequests } from "./request.ts";
import { defined } from "../contract/defined.ts";

/** How far an operation is; `operation` goes on elsewhere: `arm.pollOnce(operation)`, `arm.resumePoller(operation)`. */
export type OperationProgress<Value> = Progress<Value>;

export interface PollOptions<Value> {
  signal?: AbortSignal | undefined;
  /** Called after each poll that was read. */
  onProgress?: (progress: OperationProgress<Value>) => void;
}

export interface PollerContext {
  requests: ArmRequests;
  sleep: (ms: number) => Promise<void>;
}

type LiveStep = Exclude<OperationStep, { kind: "failed" | "unreadable" }>;

/** Microsoft's reason for an operation that ended badly. */
function operationFailure({ status, code, message }: OperationStep & { kind: "failed" }): Failure {
  const verb = status === "Failed" ? "The operation failed" : "The operation was cancelled";
  const detail = redacted(message ?? "");
  const upstreamCode = safeCode(code);
  return failure("upstream_error", detail === "" ? `${verb}.` : `${verb}: ${detail}`, {
    details: {
      reason: "operation_ended",
      operation_status: status,
      ...defined({ upstream_code: upstreamCode }),
    },
  });
}

/** What was begun goes on, though nothing can be learned of it here. */
const unknownOutcome = (reason: Failure): Failure =>
  withDetails(reason, { ...reason.details, outcome: "unknown" });

/** A step that can be gone on with: readable, not failed, and with URLs under the endpoint only. */
function check(step: OperationStep, endpoint: string): Result<LiveStep, Failure> {
  switch (step.kind) {
    case "failed":
      return err(operationFailure(step));
    case "unreadable":
      return err(unexpectedBody(true));
    case "succeeded":
      return ok(step);
    case "running": {
      const state = keepUnder(step.state, endpoint);
      return state.ok ? ok({ ...step, state: state.value }) : err(unknownOutcome(state.error));
    }
  }
}

/** Asks once; a result that lies elsewhere is read at once. */
async function pollStep(
  requests: ArmRequests,
  step: RunningStep,
  signal: AbortSignal | undefined,
): Promise<Result<LiveStep, Failure>> {
  const answer = await requests.poll(step.state.poll, signal);
  if (!answer.ok) return err(pollFailure(step, answer.error));
  const next = check(readPoll(step.state, answer.value), requests.endpoint);
  const becameResult =
    next.ok &&
    next.value.kind === "running" &&
    next.value.state.mode === "result" &&
    step.state.mode !== "result";
  if (!becameResult) return next;
  const result = await pollStep(requests, next.value, signal);
  // The operation has succeeded, whatever became of reading its result: that is asked for again.
  return result.ok || !pollGoesOn(result.error) ? result : next;
}

/** Answers that were no answers, by the reason that the transport gives. */
const unreadReasons: ReadonlySet<string | undefined> = new Set(["not_json", "redirect"]);

/** An error of a status URL is a failure to read the status, and says nothing of the operation. */
function pollFailure({ state }: RunningStep, reason: Failure): Failure {
  const { details } = reason;
  const isMicrosofts = details?.upstream_status !== undefined;
  const isOfStatus = state.mode === "status" && isMicrosofts && !pollGoesOn(reason);
  return isOfStatus || unreadReasons.has(details?.reason) ? unknownOutcome(reason) : reason;
}

/** A long-running operation of ARM, begun or resumed. An operation that was over at once is `done` from the start. */
export class Poller<Value> {
  readonly #context: PollerContext;
  #step: LiveStep;

  constructor(context: PollerContext, step: LiveStep) {
    this.#context = context;
    this.#step = step;
  }

  get done(): boolean {
    return this.#step.kind === "succeeded";
  }

  get progress(): OperationProgress<Value> {
    if (this.#step.kind === "succeeded") {
      // The shape is Microsoft's promise for the operation begun; nothing here relies on it.
      return { done: true, value: this.#step.value as Value };
    }
    const { state, status, percentComplete, retryAfter } = this.#step;
    return {
      done: false,
      operation: encodeOperation(state, this.#context.requests.endpoint),
      status,
      ...defined({ percentComplete, retryAfter }),
    };
  }

  /** The string to resume from in another process; empty when there is nothing left to poll. */
  toString(): string {
    const { progress } = this;
    return progress.done ? "" : progress.operation;
  }

  /**
   * Polls once.
   *
   * @throws AzureError: `upstream_error` with `details.reason` `operation_ended` and Microsoft's
   * `upstream_code` when the operation failed or was cancelled; otherwise why its status could not
   * be read (`details.outcome` `unknown`), and it can be asked again.
   */
  async pollOnce(
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<OperationProgress<Value>> {
    orThrow(await this.#poll(options.signal));
    return this.progress;
  }

  /**
   * Polls until the operation is over, waiting as long as the service says between polls. A poll
   * that meets a 5xx, a 429, a broken connection or an answer that cannot be read says nothing about
   * the operation, and is made again, up to ten times in a row.
   *
   * @returns the result: the resource after PUT and PATCH, nothing after DELETE.
   * @throws as `pollOnce`, and the signal's reason when it aborts.
   */
  async pollUntilDone({ signal, onProgress }: PollOptions<Value> = {}): Promise<Value> {
    let wait = this.#step.kind === "running" ? this.#step.retryAfter : undefined;
    let unread = 0;
    for (let polls = 0; ; polls += 1) {
      const before = this.progress;
      if (before.done) return before.value;
      await abortable(this.#context.sleep(pollDelay(wait, polls) * 1000), signal);
      const read = await this.#poll(signal);
      if (read.ok) {
        unread = 0;
        wait = read.value.kind === "running" ? read.value.retryAfter : undefined;
        onProgress?.(this.progress);
        continue;
      }
      unread += 1;
      if (!pollGoesOn(read.error) || unread === unreadablePollLimit)
        throw new AzureError(read.error);
      wait = read.error.retry_after;
    }
  }

  async #poll(signal: AbortSignal | undefined): Promise<Result<LiveStep, Failure>> {
    if (this.#step.kind === "succeeded") return ok(this.#step);
    const next = await pollStep(this.#context.requests, this.#step, signal);
    if (next.ok) this.#step = next.value;
    return next;
  }
}

/** A call that can take long. */
export interface OperationCall extends ArmCall {
  method: OperationMethod;
  /** Where the specification of a PATCH or POST says the result is; by default what ARM's rules say. */
  finalStateVia?: FinalStateVia;
}

/** Starts an operation. */
export async function beginOperation<Value>(
  context: PollerContext,
  call: OperationCall,
): Promise<Poller<Value>> {
  const { requests } = context;
  const { url, answer } = orThrow(await requests.send(call));
  const { method, finalStateVia } = call;
  const begun = { method, url, ...defined({ finalStateVia }) };
  const step = orThrow(check(startOperation(begun, answer), requests.endpoint));
  return new Poller<Value>(context, step);
}

/** @param operation the string of an earlier poller, of this endpoint or a stand-in of it. */
export function resumeOperation<Value>(context: PollerContext, operation: string): Poller<Value> {
  const state = orThrow(decodeOperation(operation, context.requests.endpoint));
  return new Poller<Value>(context, {
    kind: "running",
    state,
    status: "InProgress",
    retryAfter: 0,
  });
}
