import type { Failure } from "../contract/errors.ts";
import { recordOf } from "../http/json.ts";
import type { PagedItems } from "../http/page.ts";
import { unexpectedBody } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { isApiVersion } from "../contract/api-version.ts";
import { type ProviderResourceType, resourcesApiVersion } from "./api-version.ts";
import type { ArmRequests, CallOptions } from "./request.ts";
import { checkNamespace, checkSubscriptionId } from "./resource-id.ts";
import type { Provider } from "../contract/azure-types.ts";
import { defined } from "../contract/defined.ts";

export interface ProviderOptions extends CallOptions {
  /** `resourceTypes/aliases` or `metadata`. */
  expand?: string | undefined;
}

/**
 * The types of a provider with their versions, which is all that the choice of a version rests on.
 * What cannot be read of one type leaves the others as they are.
 */
function readTypes(body: unknown): readonly ProviderResourceType[] | undefined {
  const types = recordOf(body)["resourceTypes"];
  if (!Array.isArray(types)) return undefined;
  return types.flatMap((type: unknown): ProviderResourceType[] => {
    const { resourceType, apiVersions = [] } = recordOf(type);
    if (typeof resourceType !== "string") return [];
    const readable = readVersions(apiVersions);
    return [{ resourceType, ...defined({ apiVersions: readable }) }];
  });
}

function readVersions(listed: unknown): string[] | undefined {
  if (!Array.isArray(listed)) return undefined;
  const versions = listed.filter((one) => typeof one === "string" && isApiVersion(one));
  return versions.length === 0 && listed.length > 0 ? undefined : versions;
}

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
    const types = readTypes(sent.value.answer.body);
    return types === undefined ? err(unexpectedBody(false)) : ok(types);
  }
}
