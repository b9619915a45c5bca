import { findProvider, findType } from "../providers.ts";
import { splitProviderPath } from "../resource-id.ts";
import type { ArmState } from "../state.ts";
import type { Value } from "./functions.ts";
import { deploymentId } from "./deployment.ts";

const inGroup = /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/(.+)$/i;

/** The properties of a resource or a deployment, as templates refer to them. */
export function propertiesAt(state: ArmState, id: string): Value | undefined {
  const deployment = state.deployments.find(
    (each) => deploymentId(each).toLowerCase() === id.toLowerCase(),
  );
  if (deployment)
    return { provisioningState: deployment.state, outputs: { ...deployment.outputs } };
  const [, subscriptionId, group, path] = inGroup.exec(id) ?? [];
  if (subscriptionId === undefined || group === undefined || path === undefined) return undefined;
  const { namespace, types, names } = splitProviderPath(path);
  const provider = findProvider(namespace);
  const type = provider && findType(provider, types.join("/"));
  if (!type) return undefined;
  const address = {
    subscriptionId,
    group,
    namespace: type.namespace,
    types: type.name.split("/"),
    names,
  };
  const resource = state.resource(address);
  // A resource's properties came as JSON.
  return resource && ({ ...resource.content.properties } as { readonly [name: string]: Value });
}
