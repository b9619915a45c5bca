import type { Progress } from "../contract/progress.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import type { ConnectionContext } from "./context.ts";
import { makeOpaque, readOpaque } from "../platform/opaque.ts";

const bindings = ({ connectionId }: ConnectionContext) => [connectionId];

/** Microsoft's polling URL stays inside the id, which only this Worker can make, and only for one connection. */
export async function progressOf<Value>(
  context: ConnectionContext,
  progress: Progress<Value>,
): Promise<Progress<Value>> {
  if (progress.done) return progress;
  const { operation, ...rest } = progress;
  const { sessionSecret } = context.config;
  const id = await makeOpaque(sessionSecret, "operation", bindings(context), operation);
  return { ...rest, operation: id };
}

/**
 * Polls an operation once.
 *
 * @throws AzureError `invalid_request` for an id that is not of this connection; why the operation
 *   failed, when it did
 */
export async function pollOperation<Value>(
  context: ConnectionContext,
  id: string,
): Promise<Progress<Value>> {
  const { sessionSecret } = context.config;
  const opened = await readOpaque(sessionSecret, "operation", bindings(context), id);
  if (opened === undefined) {
    throw new AzureError(invalidField("id", "is not that of an operation of this connection"));
  }
  return progressOf(context, await context.arm.pollOnce<Value>(opened));
}
