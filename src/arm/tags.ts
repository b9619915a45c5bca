import type { PagedItems } from "../http/page.ts";
import { orThrow } from "../contract/or-throw.ts";
import { ok } from "../contract/result.ts";
import { resourcesApiVersion } from "./api-version.ts";
import { beginOperation, type Poller, type PollerContext } from "./poller.ts";
import { type ArmRequests, type CallOptions, conditions, type WriteOptions } from "./request.ts";
import { checkSubscriptionId, parseResourceId, resourcePath } from "./resource-id.ts";
import type { TagName, TagsPatch, TagsResource } from "../contract/azure-types.ts";

/** @param scope the id of a subscription, a resource group or a resource. */
const tagsPath = (scope: string): string =>
  `${resourcePath(orThrow(parseResourceId(scope)))}/providers/Microsoft.Resources/tags/default`;

/** Tags of anything that has an id, and the names in use in a subscription. */
export class TagsClient {
  readonly #context: PollerContext;
  readonly #requests: ArmRequests;

  constructor(context: PollerContext) {
    this.#context = context;
    this.#requests = context.requests;
  }

  listNames(
    subscriptionId: string,
    { apiVersion = resourcesApiVersion, signal }: CallOptions = {},
  ): PagedItems<TagName> {
    const id = checkSubscriptionId(subscriptionId);
    const path = `/subscriptions/${subscriptionId}/tagNames`;
    return this.#requests.pages(id.ok ? ok({ path, apiVersion, signal }) : id);
  }

  async get(
    scope: string,
    { apiVersion = resourcesApiVersion, signal }: CallOptions = {},
  ): Promise<TagsResource> {
    return this.#requests.read({ path: tagsPath(scope), apiVersion, signal });
  }

  /** Over at once in the default version; later versions may answer with an operation. */
  async update(
    scope: string,
    { operation, tags }: TagsPatch,
    { apiVersion = resourcesApiVersion, signal, ...when }: WriteOptions = {},
  ): Promise<Poller<TagsResource>> {
    return beginOperation(this.#context, {
      method: "PATCH",
      path: tagsPath(scope),
      apiVersion,
      headers: conditions(when),
      body: { operation, properties: { tags } },
      // Merging, replacing or deleting the same tags twice leaves what once does.
      idempotent: true,
      signal,
    });
  }
}
