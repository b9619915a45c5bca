import {
  type Answer,
  failure,
  groupBeingDeleted,
  invalidNamespace,
  resourceGroupNotFound,
  subscriptionNotFound,
} from "./answer.ts";
import { refuseProviderVersion } from "./api-version.ts";
import { findProvider, findType, qualifiedName, type ResourceType } from "./providers.ts";
import { type ResourceAddress, splitProviderPath } from "./resource-id.ts";
import type { Call } from "./router.ts";
import type { ResourceGroup, Subscription } from "./state.ts";

export type ResourceCall = Call<"subscriptionId" | "group" | "path">;

export interface TypeTarget {
  subscription: Subscription;
  type: ResourceType;
}

export interface ResourceTarget extends TypeTarget {
  group: ResourceGroup;
  /** In the spelling of the provider and of the group, whatever the caller's. */
  address: ResourceAddress;
}

export type Found<Target> = { ok: true; target: Target } | { ok: false; refusal: Answer };

const refused = (refusal: Answer): { ok: false; refusal: Answer } => ({ ok: false, refusal });

/** Finds the type that a path names, in ARM's order of complaints. */
export function findTypeTarget(
  { state, apiVersion }: Pick<Call, "state" | "apiVersion">,
  subscriptionId: string,
  path: string,
  location?: string,
): Found<TypeTarget> {
  const { namespace, types } = splitProviderPath(path);
  const subscription = state.subscription(subscriptionId);
  if (!subscription) return refused(subscriptionNotFound(subscriptionId));
  const provider = findProvider(namespace);
  if (!provider) return refused(invalidNamespace(namespace));
  const type = findType(provider, types.join("/"));
  if (!type || type.ownRoutes)
    return refused(invalidType(provider.namespace, types.join("/"), apiVersion));
  const wrongVersion = refuseProviderVersion(apiVersion, type, location);
  if (wrongVersion) return refused(wrongVersion);
  const registration = state.registration(subscription, provider.namespace);
  if (registration === "NotRegistered" || registration === "Unregistering")
    return refused(missingRegistration(provider.namespace));
  return { ok: true, target: { subscription, type } };
}

/** Finds the group and the type of a resource's path; the resource itself may not exist yet. */
export function findResourceTarget(call: ResourceCall): Found<ResourceTarget> {
  const { state, params } = call;
  const group = state.group(params.subscriptionId, params.group);
  const found = findTypeTarget(call, params.subscriptionId, params.path, group?.location);
  if (!found.ok) return found;
  if (!group) return refused(resourceGroupNotFound(params.group));
  const { type, subscription } = found.target;
  const address: ResourceAddress = {
    subscriptionId: subscription.subscriptionId,
    group: group.name,
    namespace: type.namespace,
    types: type.name.split("/"),
    names: splitProviderPath(params.path).names,
  };
  return { ok: true, target: { subscription, type, group, address } };
}

/** Writes are refused in a group that is on its way out, and below a parent that is not there. */
export function refuseWrite(
  { state }: Pick<Call, "state">,
  { group, address }: ResourceTarget,
): Answer | undefined {
  if (group.provisioningState === "Deleting") return groupBeingDeleted(group.name);
  if (address.names.length < 2) return undefined;
  const parent: ResourceAddress = {
    ...address,
    types: address.types.slice(0, -1),
    names: address.names.slice(0, -1),
  };
  if (state.resource(parent)) return undefined;
  return failure(
    404,
    "ParentResourceNotFound",
    `Failed to perform 'write' on resource(s) of type '${address.namespace}/${address.types.join("/")}', because the parent resource '${parent.names.join("/")}' could not be found.`,
  );
}

const invalidType = (namespace: string, name: string, apiVersion: string) =>
  failure(
    404,
    "InvalidResourceType",
    `The resource type '${name}' could not be found in the namespace '${namespace}' for api version '${apiVersion}'.`,
  );

function missingRegistration(namespace: string): Answer {
  const message = `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`;
  const code = "MissingSubscriptionRegistration";
  return failure(409, code, message, { details: [{ code, target: namespace, message }] });
}

export const qualifiedTypeOf = ({ type }: TypeTarget) => qualifiedName(type);
