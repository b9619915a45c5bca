import * as z from "zod";

/** What is known of a long-running operation between two polls. */

export const operationStateSchema = z.strictObject({
  method: z.enum(["PUT", "PATCH", "DELETE", "POST"]),
  /** The URL the operation was started on. */
  resource: z.string(),
  /**
   * `status`: a status document (Operation-Location, Azure-AsyncOperation). `location`: 202 until
   * the result is there. `resource`: the resource's own provisioningState. `result`: the operation
   * has succeeded, its result is still to be read.
   */
  mode: z.enum(["status", "location", "resource", "result"]),
  poll: z.string(),
  /** Where the start said the result will be, when its status is polled elsewhere. */
  location: z.string().optional(),
  finalStateVia: z.enum(["location", "azure-async-operation", "original-uri"]).optional(),
});

/** All that is needed to go on polling, in another process too. */
export type OperationState = z.infer<typeof operationStateSchema>;
export type OperationMethod = OperationState["method"];
export type FinalStateVia = NonNullable<OperationState["finalStateVia"]>;

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
