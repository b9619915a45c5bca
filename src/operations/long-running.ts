import type { OperationProgress } from "../arm/poller.ts";
import { AzureError, failure } from "../contract/errors.ts";
import { open, seal } from "./opaque.ts";
import type { Target } from "./target.ts";

/** How far a long-running operation is; `operation` is our own id, good for this connection only. */
export type Progress<Value> = OperationProgress<Value>;

const bindings = ({ connectionId }: Target) => [connectionId];

/** Microsoft's polling URL stays inside the id, which nobody can make or move to another connection. */
export async function progressOf<Value>(
  target: Target,
  progress: OperationProgress<Value>,
): Promise<Progress<Value>> {
  if (progress.done) return progress;
  const { operation, ...rest } = progress;
  const id = await seal(target.sessionSecret, "operation", bindings(target), operation);
  return { ...rest, operation: id };
}

/**
 * Polls an operation once.
 *
 * @throws AzureError `invalid_request` for an id that is not of this connection; why the operation
 *   failed, when it did
 */
export async function pollOperation(
  target: Target,
  { operation }: { operation: string },
): Promise<Progress<unknown>> {
  const opened = await open(target.sessionSecret, "operation", bindings(target), operation);
  if (opened === undefined) {
    throw new AzureError(
      failure("invalid_request", "id is not that of an operation of this connection.", {
        details: { field: "id" },
      }),
    );
  }
  return progressOf(target, await target.arm.pollOnce(opened));
}
