import { AzureError, type Failure } from "./errors.ts";
import type { Result } from "./result.ts";

/** The failure of a result, thrown: routes, RPC methods and clients throw, what they call does not. */
export function orThrow<Value>(result: Result<Value, Failure>): Value {
  if (!result.ok) throw new AzureError(result.error);
  return result.value;
}
