import { missingBinding } from "../platform/bindings.ts";
import type { Environment } from "../platform/env.ts";
import { AzureError } from "../contract/errors.ts";
import type { ConnectionStub } from "../contract/connection-rpc.ts";

/**
 * The stub of a connection. Making one sends nothing: an id that was never connected answers `not_found`.
 * A stub lives as long as the request that made it.
 *
 * @throws AzureError `app_misconfigured` where the namespace is not bound
 */
export function connectionStub(env: Environment, connectionId: string): ConnectionStub {
  // The types know what wrangler.jsonc says; a deployment may say less.
  const namespace: Environment["AZURE_CONNECTION"] | undefined = env.AZURE_CONNECTION;
  if (namespace === undefined) throw new AzureError(missingBinding("AZURE_CONNECTION"));
  // The stub's generated type wraps results for pipelining and disposal; plain data needs neither.
  return namespace.getByName(connectionId) as unknown as ConnectionStub;
}
