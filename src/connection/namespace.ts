import { configOf, type Config } from "../config/config.ts";
import { AzureError } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import { directoryOf } from "../directory/directory.ts";
import { missingBinding } from "../platform/bindings.ts";
import type { Environment } from "../platform/env.ts";
import { Placement } from "./placement.ts";

type Namespace = Environment["AZURE_CONNECTION"];

const placements = new WeakMap<object, Placement>();

/** One for each `env` object: workerd hands the same one to every request. */
function placementOf(env: Environment, { jurisdiction }: Config): Placement {
  const known = placements.get(env);
  if (known !== undefined) return known;
  const placement = new Placement({
    jurisdiction,
    directory: directoryOf(env)?.placement,
    now: () => Date.now(),
  });
  placements.set(env, placement);
  return placement;
}

/**
 * The namespace of all connections, in the configured jurisdiction: the only door to their objects.
 * Once the directory has said that they are there, this asks nothing.
 *
 * @param creates whether a connection may be made by what follows; default false
 * @throws AzureError `app_misconfigured` where the namespace is not bound, the configuration is wrong,
 *   or the connections are in another jurisdiction; with a jurisdiction also `upstream_unavailable`
 */
export async function namespaceOf(
  env: Environment,
  { creates = false }: { creates?: boolean } = {},
): Promise<Namespace> {
  // The types know what wrangler.jsonc says; a deployment may say less.
  const namespace: Namespace | undefined = env.AZURE_CONNECTION;
  if (namespace === undefined) throw new AzureError(missingBinding("AZURE_CONNECTION"));
  const config = orThrow(configOf(env));
  await placementOf(env, config).check({ creates });
  const { jurisdiction, cloud } = config;
  // workerd on one machine has no jurisdictions, and the sandbox runs nowhere else.
  return jurisdiction === undefined || cloud.name === "sandbox"
    ? namespace
    : namespace.jurisdiction(jurisdiction);
}
