import { configOf } from "../config/config.ts";
import type { ConnectionStub } from "../contract/connection-rpc.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Environment } from "../platform/env.ts";
import { namespaceOf } from "./namespace.ts";

/**
 * The stub of a connection. Making one sends nothing to it: an id that was never connected answers
 * `not_found`. A stub lives as long as the request that made it.
 *
 * @param options.creates whether the connection may be made by it; default false
 * @throws AzureError as {@link namespaceOf}
 */
export async function connectionStub(
  env: Environment,
  connectionId: string,
  options: { creates?: boolean } = {},
): Promise<ConnectionStub> {
  const namespace = await namespaceOf(env, options);
  const { locationHint } = orThrow(configOf(env));
  // The stub's generated type wraps results for pipelining and disposal; plain data needs neither.
  return namespace.getByName(
    connectionId,
    locationHint && { locationHint },
  ) as unknown as ConnectionStub;
}
