import { isRecord } from "../http/json.ts";

/** What is known of a long-running operation between two polls. */

const methods = ["PUT", "PATCH", "DELETE", "POST"] as const;
const modes = ["status", "location", "resource", "result"] as const;
const finalStates = ["location", "azure-async-operation", "original-uri"] as const;

export type OperationMethod = (typeof methods)[number];
export type FinalStateVia = (typeof finalStates)[number];

/** All that is needed to go on polling, in another process too. */
export interface OperationState {
  method: OperationMethod;
  /** The URL the operation was started on. */
  resource: string;
  /**
   * `status`: a status document (Operation-Location, Azure-AsyncOperation). `location`: 202 until
   * the result is there. `resource`: the resource's own provisioningState. `result`: the operation
   * has succeeded, its result is still to be read.
   */
  mode: (typeof modes)[number];
  poll: string;
  /** Where the start said the result will be, when its status is polled elsewhere. */
  location?: string | undefined;
  finalStateVia?: FinalStateVia | undefined;
}

const isText = (value: unknown): boolean => typeof value === "string";
const isOneOf =
  (words: readonly string[]) =>
  (value: unknown): boolean =>
    words.some((word) => word === value);
const orAbsent =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value);

const checks: Readonly<Record<keyof OperationState, (value: unknown) => boolean>> = {
  method: isOneOf(methods),
  resource: isText,
  mode: isOneOf(modes),
  poll: isText,
  location: orAbsent(isText),
  finalStateVia: orAbsent(isOneOf(finalStates)),
};

/** Whether JSON of unknown origin is the state of an operation, with every field right and no other. */
export const isOperationState = (value: unknown): value is OperationState =>
  isRecord(value) &&
  Object.entries(checks).every(([field, check]) => check(value[field])) &&
  Object.keys(value).every((field) => Object.hasOwn(checks, field));

/** An answer below 400, to the start of an operation or to a poll. */
export interface OperationAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined when the answer had none. */
  body: unknown;
  /** Whole seconds, from Retry-After. */
  retryAfter?: number;
}

export interface RunningStep {
  kind: "running";
  state: OperationState;
  /** Microsoft's own word: `InProgress`, `Accepted`, `Creating`… */
  status: string;
  /** A whole number from 0 to 100. */
  percentComplete?: number;
  /** Seconds. */
  retryAfter?: number;
}

export type OperationStep =
  | RunningStep
  /** The answer cannot be read: the operation may be over or not. */
  | { kind: "unreadable" }
  | { kind: "succeeded"; value: unknown }
  /** `message` is Microsoft's, as it came. */
  | { kind: "failed"; status: "Failed" | "Canceled"; code?: string; message?: string };
