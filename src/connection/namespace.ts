import { configOf, type Config } from "../config/config.ts";
import { AzureError } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import { directoryOf } from "../directory/directory.ts";
import { missingBinding } from "../platform/bindings.ts";
import type { Environment } from "../platform/env.ts";
import { Placement } from "./placement.ts";

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

interface NamespaceOptions {
  /** Whether an object may be made by what follows; default false. */
  creates?: boolean;
}

/**
 * The namespace of all connections, in the configured jurisdiction: the only door to their objects.
 * Once the directory has said that they are there, this asks nothing.
 *
 * @throws AzureError `app_misconfigured` where the namespace is not bound, the configuration is wrong,
 *   or the connections are in another jurisdiction; with a jurisdiction also `upstream_unavailable`
 */
export const namespaceOf = (env: Environment, options?: NamespaceOptions) =>
  placed(env, { name: "AZURE_CONNECTION", namespace: env.AZURE_CONNECTION }, options);

/** The namespace of what MCP clients were given, through the same door. @throws AzureError as {@link namespaceOf} */
export const grantsNamespaceOf = (env: Environment, options?: NamespaceOptions) =>
  placed(env, { name: "MCP_GRANTS", namespace: env.MCP_GRANTS }, options);

interface Binding<Class extends Rpc.DurableObjectBranded> {
  name: "AZURE_CONNECTION" | "MCP_GRANTS";
  /** The types know what wrangler.jsonc says; a deployment may say less. */
  namespace: DurableObjectNamespace<Class> | undefined;
}

async function placed<Class extends Rpc.DurableObjectBranded>(
  env: Environment,
  { name, namespace }: Binding<Class>,
  { creates = false }: NamespaceOptions = {},
): Promise<DurableObjectNamespace<Class>> {
  if (namespace === undefined) throw new AzureError(missingBinding(name));
  const config = orThrow(configOf(env));
  await placementOf(env, config).check({ creates });
  const { jurisdiction, cloud } = config;
  // workerd on one machine has no jurisdictions, and the sandbox runs nowhere else.
  return jurisdiction === undefined || cloud.name === "sandbox"
    ? namespace
    : namespace.jurisdiction(jurisdiction);
}
