import { createTransport, delay, type Fetcher, type RetryOptions } from "../http/transport.ts";
import { throughConnection } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import {
  beginOperation,
  type OperationCall,
  type OperationProgress,
  type Poller,
  type PollerContext,
  resumeOperation,
} from "./poller.ts";
import { type ProviderCache, ProviderVersions } from "./provider-versions.ts";
import { Providers } from "./providers.ts";
import { type ArmCall, ArmRequests } from "./request.ts";
import { ResourceGraph } from "./resource-graph.ts";
import { ResourceGroups } from "./resource-groups.ts";
import { Resources } from "./resources.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TagsClient } from "./tags.ts";

export interface ArmClientOptions extends RetryOptions {
  /** Origin and path prefix; default `https://management.azure.com`. */
  endpoint?: string | undefined;
  /** Version by resource type (`Microsoft.Web/sites`), instead of the provider's newest stable. */
  apiVersions?: Readonly<Record<string, string>> | undefined;
  /** What providers said about their versions, to share among clients of one cloud. */
  providerCache?: ProviderCache | undefined;
}

/**
 * Azure Resource Manager over any `fetch` that signs its requests: a connection's stub, or
 * `azure(env.AZURE, who)`.
 *
 * ```ts
 * const arm = new ArmClient(await env.AZURE.connection({ userId }));
 * for await (const group of arm.resourceGroups.list(subscriptionId)) console.log(group.name);
 * await (await arm.resourceGroups.delete(subscriptionId, "old")).pollUntilDone();
 * ```
 *
 * Methods throw `AzureError`, with Microsoft's own code in `details.upstream_code`. Lists ask for
 * nothing before they are iterated. Writes that can take long give a `Poller`.
 */
export class ArmClient {
  readonly subscriptions: Subscriptions;
  readonly resourceGroups: ResourceGroups;
  readonly resources: Resources;
  readonly resourceGraph: ResourceGraph;
  readonly providers: Providers;
  readonly tags: TagsClient;
  readonly #context: PollerContext;

  constructor(fetcher: Fetcher, options: ArmClientOptions = {}) {
    const { endpoint = "https://management.azure.com", now = Date.now, sleep = delay } = options;
    const transport = createTransport({
      fetch: (url, init) => fetcher.fetch(url, init),
      peer: throughConnection,
      now,
      sleep,
      random: options.random,
      budgetMs: options.budgetMs,
      waitOnThrottle: options.waitOnThrottle,
    });
    const requests = new ArmRequests(transport, endpoint, now);
    this.#context = { requests, sleep };
    this.subscriptions = new Subscriptions(requests);
    this.resourceGroups = new ResourceGroups(this.#context);
    this.resourceGraph = new ResourceGraph(requests);
    this.providers = new Providers(requests);
    const versions = new ProviderVersions(
      (namespace, subscriptionId) => this.providers.resourceTypes(namespace, subscriptionId),
      options.apiVersions,
      options.providerCache,
    );
    this.resources = new Resources(this.#context, versions);
    this.tags = new TagsClient(this.#context);
  }

  /**
   * Any other call, in its own api-version.
   *
   * @returns the body; undefined where ARM answers without one (202, 204)
   */
  async request<Body>(call: ArmCall): Promise<Body | undefined> {
    const { answer } = orThrow(await this.#context.requests.send(call));
    // The shape is Microsoft's promise for this URL; nothing here relies on it.
    return answer.body as Body | undefined;
  }

  /** Any other call that can take long: the start of a machine, a deployment. */
  async begin<Value = unknown>(call: OperationCall): Promise<Poller<Value>> {
    return beginOperation<Value>(this.#context, call);
  }

  /**
   * Goes on with an operation begun elsewhere.
   *
   * @param operation what `poller.toString()` gave.
   * @throws AzureError `invalid_request` when it is no such string.
   */
  resumePoller<Value = unknown>(operation: string): Poller<Value> {
    return resumeOperation(this.#context, operation);
  }

  /** One poll of an operation begun elsewhere. @throws as `Poller.pollOnce`. */
  async pollOnce<Value = unknown>(
    operation: string,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<OperationProgress<Value>> {
    return this.resumePoller<Value>(operation).pollOnce(options);
  }
}
