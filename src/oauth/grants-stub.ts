import { configOf } from "../config/config.ts";
import { grantsNamespaceOf } from "../connection/namespace.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Environment } from "../platform/env.ts";
import type { GrantsRpc } from "./mcp-grants.ts";

/**
 * The object of one user's grants, one client's registration or one step of a sign-in. Asking it writes
 * nothing.
 *
 * @throws AzureError as `namespaceOf`
 */
export async function grantsStub(
  env: Environment,
  name: string,
  options: { creates: boolean },
): Promise<GrantsRpc> {
  const namespace = await grantsNamespaceOf(env, options);
  const { locationHint } = orThrow(configOf(env));
  return namespace.getByName(name, locationHint && { locationHint });
}
