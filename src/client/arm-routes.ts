import type {
  GenericResource,
  Provider,
  ResourceGroup,
  ResourceGroupParameters,
  ResourceParameters,
  Subscription,
  TagName,
  TagsPatch,
  TagsResource,
} from "../contract/azure-types.ts";
import type { Answer, ServiceCall, ServiceRequests } from "./requests.ts";
import { segment } from "./url-text.ts";
import { ownerQuery, type Who } from "./who.ts";

export interface ArmCallOptions {
  /** Default: the newest stable version of the type. */
  apiVersion?: string | undefined;
}

export interface ArmPageOptions extends ArmCallOptions {
  /** 1–100, default 25. */
  top?: number | undefined;
  cursor?: string | undefined;
}

export interface ArmListOptions extends ArmPageOptions {
  /** ARM's own OData: `resourceType eq 'Microsoft.Web/sites'`. */
  filter?: string | undefined;
}

export interface ResourceListOptions extends ArmListOptions {
  /** `createdTime,changedTime,provisioningState`, any of them. */
  expand?: string | undefined;
  /** Only of this group. */
  resourceGroup?: string | undefined;
}

/** `resourceTypes/aliases` or `metadata`. */
interface ProviderExpansion {
  expand?: string | undefined;
}

/** A long-running operation that is under way: `operation(id)` asks how far it is. */
export interface RunningOperation {
  operation: string;
  /** Microsoft's own word. */
  status: string;
  /** 0–100. */
  percent_complete?: number;
  /** Seconds to wait before asking. */
  retry_after?: number;
}

/** Tells an operation under way from the result of one that is over. */
export const isRunning = (data: unknown): data is RunningOperation =>
  typeof data === "object" &&
  data !== null &&
  "operation" in data &&
  typeof data.operation === "string" &&
  !("id" in data);

const query = <Rest extends object>({ apiVersion, ...rest }: Rest & ArmCallOptions) => ({
  ...rest,
  api_version: apiVersion,
});

/** Subscriptions, groups and resources of one connection. */
export class ArmRoutes {
  readonly #requests: ServiceRequests;
  readonly #who: Who;

  constructor(requests: ServiceRequests, who: Who) {
    this.#requests = requests;
    this.#who = who;
  }

  async subscriptions(options: ArmPageOptions = {}): Promise<Answer<Subscription[]>> {
    return this.#send({ path: "/subscriptions", query: query(options) });
  }

  async subscription(id: string, options: ArmCallOptions = {}): Promise<Answer<Subscription>> {
    return this.#send({ path: `/subscriptions/${segment("id", id)}`, query: query(options) });
  }

  async resourceGroups(
    subscriptionId: string,
    options: ArmListOptions = {},
  ): Promise<Answer<ResourceGroup[]>> {
    return this.#send({ path: groupPath(subscriptionId), query: query(options) });
  }

  async resourceGroup(
    subscriptionId: string,
    name: string,
    options: ArmCallOptions = {},
  ): Promise<Answer<ResourceGroup>> {
    return this.#send({ path: groupPath(subscriptionId, name), query: query(options) });
  }

  async putResourceGroup(
    subscriptionId: string,
    name: string,
    body: ResourceGroupParameters,
    options: ArmCallOptions = {},
  ): Promise<Answer<ResourceGroup>> {
    const path = groupPath(subscriptionId, name);
    return this.#send({ method: "PUT", path, query: query(options), body });
  }

  async deleteResourceGroup(
    subscriptionId: string,
    name: string,
    options: ArmCallOptions = {},
  ): Promise<Answer<RunningOperation | null>> {
    const path = groupPath(subscriptionId, name);
    return this.#send({ method: "DELETE", path, query: query(options) });
  }

  /** Of the subscription, or of one group in it. */
  async resources(
    subscriptionId: string,
    { resourceGroup, ...options }: ResourceListOptions = {},
  ): Promise<Answer<GenericResource[]>> {
    const scope =
      resourceGroup === undefined
        ? `/subscriptions/${segment("subscriptionId", subscriptionId)}`
        : groupPath(subscriptionId, resourceGroup);
    return this.#send({ path: `${scope}/resources`, query: query(options) });
  }

  /** @param id as ARM spells it: `/subscriptions/…/providers/Microsoft.Web/sites/shop`. */
  async resource(id: string, options: ArmCallOptions = {}): Promise<Answer<GenericResource>> {
    return this.#send({ path: "/resources", query: { id, ...query(options) } });
  }

  async putResource(
    id: string,
    body: ResourceParameters,
    options: ArmCallOptions = {},
  ): Promise<Answer<GenericResource | RunningOperation>> {
    return this.#send({
      method: "PUT",
      path: "/resources",
      query: { id, ...query(options) },
      body,
    });
  }

  async deleteResource(
    id: string,
    options: ArmCallOptions = {},
  ): Promise<Answer<RunningOperation | null>> {
    return this.#send({ method: "DELETE", path: "/resources", query: { id, ...query(options) } });
  }

  async tags(id: string, options: ArmCallOptions = {}): Promise<Answer<TagsResource>> {
    return this.#send({ path: "/resources/tags", query: { id, ...query(options) } });
  }

  async updateTags(
    id: string,
    patch: TagsPatch,
    options: ArmCallOptions = {},
  ): Promise<Answer<TagsResource | RunningOperation>> {
    return this.#send({
      method: "PATCH",
      path: "/resources/tags",
      query: { id, ...query(options) },
      body: patch,
    });
  }

  async providers(
    subscriptionId: string,
    options: ArmPageOptions & ProviderExpansion = {},
  ): Promise<Answer<Provider[]>> {
    const path = `/subscriptions/${segment("subscriptionId", subscriptionId)}/providers`;
    return this.#send({ path, query: query(options) });
  }

  /** One provider, with the versions of its types. @param namespace such as `Microsoft.Compute`. */
  async provider(
    subscriptionId: string,
    namespace: string,
    options: ArmCallOptions & ProviderExpansion = {},
  ): Promise<Answer<Provider>> {
    const path = `/subscriptions/${segment("subscriptionId", subscriptionId)}/providers/${segment("namespace", namespace)}`;
    return this.#send({ path, query: query(options) });
  }

  async tagNames(subscriptionId: string, options: ArmPageOptions = {}): Promise<Answer<TagName[]>> {
    const path = `/subscriptions/${segment("subscriptionId", subscriptionId)}/tagNames`;
    return this.#send({ path, query: query(options) });
  }

  /** One look at a long-running operation: its result (null after a deletion), or that it goes on. */
  async operation<Data = unknown>(id: string): Promise<Answer<Data | RunningOperation>> {
    return this.#send({ path: "/operations", query: { id } });
  }

  async #send<Data>(call: ServiceCall): Promise<Answer<Data>> {
    return this.#requests.send({ ...call, query: { ...ownerQuery(this.#who), ...call.query } });
  }
}

const groupPath = (subscriptionId: string, name?: string): string => {
  const groups = `/subscriptions/${segment("subscriptionId", subscriptionId)}/resourceGroups`;
  return name === undefined ? groups : `${groups}/${segment("name", name)}`;
};
