import * as z from "zod";
import type { Failure } from "../errors.ts";
import type { PagedItems } from "../http/page.ts";
import { orThrow } from "../or-throw.ts";
import { err, ok, type Result } from "../result.ts";
import { type ProviderResourceType, resourcesApiVersion } from "./api-version.ts";
import { type ArmRequests, type CallOptions, unreadable } from "./request.ts";
import { checkNamespace, checkSubscriptionId } from "./resource-id.ts";
import type { Provider } from "./types.ts";

export interface ProviderOptions extends CallOptions {
  /** `resourceTypes/aliases` or `metadata`. */
  expand?: string | undefined;
}

/** Only what the choice of a version rests on. */
const providerSchema = z.object({
  resourceTypes: z.array(
    z.object({ resourceType: z.string(), apiVersions: z.array(z.string()).default([]) }),
  ),
});

const path = (subscriptionId: string): string => `/subscriptions/${subscriptionId}/providers`;

/** The resource providers of a subscription: which types there are, where, in which versions. */
export class Providers {
  readonly #requests: ArmRequests;

  constructor(requests: ArmRequests) {
    this.#requests = requests;
  }

  list(
    subscriptionId: string,
    { expand, apiVersion = resourcesApiVersion, signal }: ProviderOptions = {},
  ): PagedItems<Provider> {
    const id = checkSubscriptionId(subscriptionId);
    const query = { $expand: expand };
    return this.#requests.pages(
      id.ok ? ok({ path: path(subscriptionId), apiVersion, query, signal }) : id,
      "$top",
    );
  }

  /** @param namespace such as `Microsoft.Compute`. */
  async get(
    subscriptionId: string,
    namespace: string,
    { expand, apiVersion = resourcesApiVersion, signal }: ProviderOptions = {},
  ): Promise<Provider> {
    orThrow(checkSubscriptionId(subscriptionId));
    orThrow(checkNamespace(namespace));
    const query = { $expand: expand };
    return this.#requests.read({
      path: `${path(subscriptionId)}/${namespace}`,
      apiVersion,
      query,
      signal,
    });
  }

  /** For the look-up of versions; without a subscription, the provider as the tenant sees it. */
  async resourceTypes(
    namespace: string,
    subscriptionId: string | undefined,
  ): Promise<Result<readonly ProviderResourceType[], Failure>> {
    const root = subscriptionId === undefined ? "/providers" : path(subscriptionId);
    const sent = await this.#requests.send({
      path: `${root}/${namespace}`,
      apiVersion: resourcesApiVersion,
    });
    if (!sent.ok) return sent;
    const provider = providerSchema.safeParse(sent.value.answer.body);
    return provider.success ? ok(provider.data.resourceTypes) : err(unreadable());
  }
}
