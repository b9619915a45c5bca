import type { PagedItems } from "../http/page.ts";
import { orThrow } from "../contract/or-throw.ts";
import { ok } from "../contract/result.ts";
import { subscriptionsApiVersion } from "./api-version.ts";
import { type ArmRequests, type CallOptions } from "./request.ts";
import { checkSubscriptionId } from "./resource-id.ts";
import type { Subscription } from "../contract/azure-types.ts";

/** The subscriptions the user can see, in the tenant of the connection. */
export class Subscriptions {
  readonly #requests: ArmRequests;

  constructor(requests: ArmRequests) {
    this.#requests = requests;
  }

  /** ARM gives no way to choose the size of these pages. */
  list({
    apiVersion = subscriptionsApiVersion,
    signal,
  }: CallOptions = {}): PagedItems<Subscription> {
    return this.#requests.pages(ok({ path: "/subscriptions", apiVersion, signal }));
  }

  /** @param subscriptionId GUID. @throws AzureError `not_found` when there is none, or not for this user. */
  async get(
    subscriptionId: string,
    { apiVersion = subscriptionsApiVersion, signal }: CallOptions = {},
  ): Promise<Subscription> {
    const id = orThrow(checkSubscriptionId(subscriptionId));
    return this.#requests.read({ path: `/subscriptions/${id}`, apiVersion, signal });
  }
}
