import { type Answer, type ErrorDetail, failure } from "./answer.ts";

/** The status document's words for where an operation is. */
export type OperationStatus = "InProgress" | "Succeeded" | "Failed" | "Canceled";

/** How a long-running operation will go. */
export interface OperationPlan {
  /** Polls that are answered "still running" before the one that says how it ended. */
  polls: number;
  /** `Succeeded`, `Canceled`, or the ARM error code it fails with. */
  outcome: string;
  /** Seconds of `Retry-After`. */
  retryAfter: number;
  /** Whether it also ends by itself after a minute, as long as nobody polls. */
  endsUnwatched: boolean;
}

export interface OperationError {
  status: number;
  code: string;
  message: string;
  details?: readonly ErrorDetail[];
}

export interface Operation {
  id: string;
  subscriptionId: string;
  /** Key of the group or resource it works on. */
  target: string;
  plan: OperationPlan;
  /** Milliseconds. */
  startedAt: number;
  endedAt?: number;
  status: OperationStatus;
  pollsLeft: number;
  error?: OperationError;
  /** What went wrong that no plan says; undefined where nothing did. */
  verdict?: () => OperationError | undefined;
  /** Makes the change, or undoes the start of it. */
  finish: (status: OperationStatus) => void;
  /** What the request would have been answered, had it been synchronous. */
  result: () => Answer;
}

const UNWATCHED_MS = 60_000;

/** Microsoft's status and words for the codes an operation is usually asked to fail with. */
const knownErrors: Record<string, { status: number; message: string }> = {
  ScopeLocked: {
    status: 409,
    message:
      "The scope cannot perform the operation because the following scope(s) are locked. Please remove the lock and try again.",
  },
  ResourceGroupDeletionBlocked: {
    status: 409,
    message:
      "Deletion of the resource group failed as resources in it could not be deleted. Please check their status and try again.",
  },
  AllocationFailed: {
    status: 409,
    message:
      "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.",
  },
  SkuNotAvailable: {
    status: 409,
    message: "The requested size is currently not available in the location.",
  },
  QuotaExceeded: {
    status: 409,
    message: "Operation could not be completed as it results in exceeding approved quota.",
  },
  RequestDisallowedByPolicy: {
    status: 403,
    message: "Resource was disallowed by policy.",
  },
  InternalServerError: {
    status: 500,
    message: "Encountered internal server error.",
  },
  OperationPreempted: {
    status: 409,
    message: "The operation has been preempted by a more recent operation.",
  },
};

/** The error an outcome stands for; undefined for `Succeeded`. */
export function errorOf(outcome: string): OperationError | undefined {
  if (outcome === "Succeeded") return undefined;
  if (outcome === "Canceled")
    return { status: 409, code: "OperationCanceled", message: "The operation was canceled." };
  const known = knownErrors[outcome];
  return {
    status: known?.status ?? 409,
    code: outcome,
    message: known?.message ?? "The operation could not be completed.",
  };
}

/** The running and the finished operations. */
export class Operations {
  readonly #all = new Map<string, Operation>();

  start(options: Omit<Operation, "status" | "pollsLeft" | "endedAt" | "error">): Operation {
    const operation: Operation = {
      ...options,
      status: "InProgress",
      pollsLeft: options.plan.polls,
    };
    this.#all.set(operation.id, operation);
    return operation;
  }

  get(id: string): Operation | undefined {
    return this.#all.get(id);
  }

  /** The running operation of a target. */
  running(target: string): Operation | undefined {
    for (const each of this.#all.values())
      if (each.target === target && each.status === "InProgress") return each;
    return undefined;
  }

  /** Counts one poll: takes one from the polls left, or ends the operation. */
  poll(operation: Operation, now: number): void {
    if (operation.status !== "InProgress") return;
    if (operation.pollsLeft > 0) operation.pollsLeft -= 1;
    else end(operation, operation.plan.outcome, now);
  }

  /** Ends what nobody polled for a minute. */
  settle(now: number): void {
    for (const each of this.#all.values())
      if (
        each.status === "InProgress" &&
        each.plan.endsUnwatched &&
        now - each.startedAt >= UNWATCHED_MS
      )
        end(each, each.plan.outcome, now);
  }

  /** How many there have been. */
  get count(): number {
    return this.#all.size;
  }

  /** Those that began after there were so many. */
  since(count: number): Operation[] {
    return [...this.#all.values()].slice(count);
  }

  /** Ends one without waiting for its polls. */
  complete(operation: Operation, now: number): void {
    if (operation.status === "InProgress") end(operation, operation.plan.outcome, now);
  }

  cancel(operation: Operation, now: number): void {
    if (operation.status === "InProgress") end(operation, "Canceled", now);
  }

  /** A newer write takes the place of a running one. */
  preempt(target: string, now: number): void {
    const running = this.running(target);
    if (running) end(running, "OperationPreempted", now);
  }
}

function end(operation: Operation, outcome: string, now: number): void {
  const error = errorOf(outcome) ?? operation.verdict?.();
  operation.status = error ? (outcome === "Canceled" ? "Canceled" : "Failed") : "Succeeded";
  if (error) operation.error = error;
  operation.endedAt = now;
  operation.finish(operation.status);
}

/** Share of the polls that have been made, in whole percent; 100 only at the end. */
export function percentComplete(operation: Operation): number {
  if (operation.status === "Succeeded") return 100;
  const made = operation.plan.polls - operation.pollsLeft;
  return Math.floor((made / (operation.plan.polls + 1)) * 100);
}

/** The document an `Azure-AsyncOperation` URL answers with, always under status 200. */
export function statusDocument(operation: Operation, id: string) {
  const { startedAt, endedAt, status, error } = operation;
  return {
    id,
    name: operation.id,
    status,
    startTime: new Date(startedAt).toISOString(),
    ...(endedAt !== undefined && { endTime: new Date(endedAt).toISOString() }),
    percentComplete: percentComplete(operation),
    ...(error && { error: { code: error.code, message: error.message } }),
  };
}

/** What a `Location` URL answers with at the end: exactly the answer of a synchronous call. */
export function finalAnswer(operation: Operation): Answer {
  const { error } = operation;
  return error
    ? failure(error.status, error.code, error.message, {
        failedIn: "service",
        ...(error.details && { details: error.details }),
      })
    : operation.result();
}
