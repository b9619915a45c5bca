import { AzureError } from "../contract/errors.ts";
import type { PagedItems } from "../http/page.ts";
import { orThrow } from "../contract/or-throw.ts";
import { ok } from "../contract/result.ts";
import { resourcesApiVersion } from "./api-version.ts";
import { beginOperation, type Poller, type PollerContext } from "./poller.ts";
import type { ProviderVersions } from "./provider-versions.ts";
import { type ArmRequests, type CallOptions, conditions, type WriteOptions } from "./request.ts";
import { resourceGroupPath } from "./resource-groups.ts";
import { checkSubscriptionId, parseResourceId, resourcePath } from "./resource-id.ts";
import type { GenericResource, ResourceParameters } from "../contract/azure-types.ts";

export interface ListResourcesOptions extends CallOptions {
  /** OData: `resourceType eq 'Microsoft.Web/sites'`, `location eq 'westeurope'`… */
  filter?: string | undefined;
  /** `createdTime,changedTime,provisioningState`, any of them. */
  expand?: string | undefined;
}

interface ResourceAddress {
  path: string;
  apiVersion: string;
}

/** Resources of any type, by their id. */
export class Resources {
  readonly #context: PollerContext;
  readonly #requests: ArmRequests;
  readonly #versions: ProviderVersions;

  constructor(context: PollerContext, versions: ProviderVersions) {
    this.#context = context;
    this.#requests = context.requests;
    this.#versions = versions;
  }

  listBySubscription(
    subscriptionId: string,
    { filter, expand, apiVersion = resourcesApiVersion, signal }: ListResourcesOptions = {},
  ): PagedItems<GenericResource> {
    const id = checkSubscriptionId(subscriptionId);
    const path = `/subscriptions/${subscriptionId}/resources`;
    const query = { $filter: filter, $expand: expand };
    return this.#requests.pages(id.ok ? ok({ path, apiVersion, query, signal }) : id, "$top");
  }

  listByResourceGroup(
    subscriptionId: string,
    resourceGroup: string,
    { filter, expand, apiVersion = resourcesApiVersion, signal }: ListResourcesOptions = {},
  ): PagedItems<GenericResource> {
    const group = resourceGroupPath(subscriptionId, resourceGroup, "resourceGroup");
    const query = { $filter: filter, $expand: expand };
    return this.#requests.pages(
      group.ok ? ok({ path: `${group.value}/resources`, apiVersion, query, signal }) : group,
      "$top",
    );
  }

  /** @param resourceId as ARM spells it, not percent-encoded. Without `apiVersion`: its provider's newest stable. */
  async get(resourceId: string, options: CallOptions = {}): Promise<GenericResource> {
    return this.#versioned(resourceId, options, (target) =>
      this.#requests.read({ ...target, signal: options.signal }),
    );
  }

  /** Creates or replaces: what `parameters` leaves out is removed, as far as the type allows. */
  async createOrUpdate(
    resourceId: string,
    parameters: ResourceParameters,
    options: WriteOptions = {},
  ): Promise<Poller<GenericResource>> {
    return this.#versioned(resourceId, options, (target) =>
      beginOperation(this.#context, {
        ...target,
        method: "PUT",
        headers: conditions(options),
        body: parameters,
        signal: options.signal,
      }),
    );
  }

  async delete(resourceId: string, options: WriteOptions = {}): Promise<Poller<undefined>> {
    return this.#versioned(resourceId, options, (target) =>
      beginOperation(this.#context, {
        ...target,
        method: "DELETE",
        headers: conditions(options),
        signal: options.signal,
      }),
    );
  }

  /** Makes a call in the version of its type. A version that was looked up and is refused is forgotten. */
  async #versioned<Value>(
    resourceId: string,
    { apiVersion }: CallOptions,
    call: (target: ResourceAddress) => Promise<Value>,
  ): Promise<Value> {
    const id = orThrow(parseResourceId(resourceId));
    const path = resourcePath(id);
    if (apiVersion !== undefined) return call({ path, apiVersion });
    const version = orThrow(await this.#versions.versionOf(id));
    try {
      return await call({ path, apiVersion: version });
    } catch (error) {
      if (refusesVersion(error)) this.#versions.forget(id);
      throw error;
    }
  }
}

/** ARM's codes for a version that a type does not have. */
const versionCodes: ReadonlySet<string> = new Set([
  "InvalidApiVersionParameter",
  "NoRegisteredProviderFound",
]);

const refusesVersion = (error: unknown): boolean =>
  error instanceof AzureError && versionCodes.has(error.details?.upstream_code ?? "");
