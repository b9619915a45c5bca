import type { Failure } from "../contract/errors.ts";
import type { PagedItems } from "../http/page.ts";
import { orThrow } from "../contract/or-throw.ts";
import { ok, type Result } from "../contract/result.ts";
import { resourcesApiVersion } from "./api-version.ts";
import { beginOperation, type Poller, type PollerContext } from "./poller.ts";
import { type ArmRequests, type CallOptions, conditions, type WriteOptions } from "./request.ts";
import { checkResourceGroupName, checkSubscriptionId } from "./resource-id.ts";
import type { ResourceGroup, ResourceGroupParameters } from "../contract/azure-types.ts";

export interface ListResourceGroupsOptions extends CallOptions {
  /** OData, by tag only: `tagName eq 'env' and tagValue eq 'dev'`. */
  filter?: string | undefined;
}

/** The path of a resource group, or what is wrong with its parts. @param field how its caller names it */
export function resourceGroupPath(
  subscriptionId: string,
  name: string,
  field = "name",
): Result<string, Failure> {
  const subscription = checkSubscriptionId(subscriptionId);
  if (!subscription.ok) return subscription;
  const group = checkResourceGroupName(name, field);
  if (!group.ok) return group;
  return ok(`/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(name)}`);
}

/** The resource groups of a subscription. */
export class ResourceGroups {
  readonly #context: PollerContext;
  readonly #requests: ArmRequests;

  constructor(context: PollerContext) {
    this.#context = context;
    this.#requests = context.requests;
  }

  list(
    subscriptionId: string,
    { filter, apiVersion = resourcesApiVersion, signal }: ListResourceGroupsOptions = {},
  ): PagedItems<ResourceGroup> {
    const id = checkSubscriptionId(subscriptionId);
    const path = `/subscriptions/${subscriptionId}/resourceGroups`;
    return this.#requests.pages(
      id.ok ? ok({ path, apiVersion, query: { $filter: filter }, signal }) : id,
      "$top",
    );
  }

  async get(
    subscriptionId: string,
    name: string,
    { apiVersion = resourcesApiVersion, signal }: CallOptions = {},
  ): Promise<ResourceGroup> {
    const path = orThrow(resourceGroupPath(subscriptionId, name));
    return this.#requests.read({ path, apiVersion, signal });
  }

  /** Never long-running. The location of a group that exists cannot change: `conflict`. */
  async createOrUpdate(
    subscriptionId: string,
    name: string,
    parameters: ResourceGroupParameters,
    { apiVersion = resourcesApiVersion, signal, ...when }: WriteOptions = {},
  ): Promise<ResourceGroup> {
    const path = orThrow(resourceGroupPath(subscriptionId, name));
    const headers = conditions(when);
    return this.#requests.read({
      method: "PUT",
      path,
      apiVersion,
      headers,
      body: parameters,
      signal,
    });
  }

  /** Deletes the group with everything in it: long-running. */
  async delete(
    subscriptionId: string,
    name: string,
    { apiVersion = resourcesApiVersion, signal, ...when }: WriteOptions = {},
  ): Promise<Poller<undefined>> {
    const path = orThrow(resourceGroupPath(subscriptionId, name));
    const headers = conditions(when);
    return beginOperation(this.#context, { method: "DELETE", path, apiVersion, headers, signal });
  }
}
