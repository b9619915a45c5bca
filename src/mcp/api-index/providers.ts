import type { Provider } from "../../contract/azure-types.ts";
import { isRecord, textOf } from "../../http/json.ts";
import { textsOf } from "../fields.ts";
import { questionOf, wordsOfPath } from "./words.ts";

/** A type of Azure resources, as its operations begin. */
export interface FoundType {
  method: string;
  path: string;
  api_version?: string;
}

type ResourceType = NonNullable<Provider["resourceTypes"]>[number];

/** The types of a provider that have a name: Microsoft's answers are not checked before. */
export const typesOf = (provider: Provider | null): ResourceType[] =>
  Array.isArray(provider?.resourceTypes)
    ? provider.resourceTypes.filter((type) => isRecord(type) && textOf(type.resourceType))
    : [];

/**
 * Types of resources that plain words mean, the best first.
 *
 * @param providers of the subscription
 */
export function searchProviders(
  providers: readonly Provider[],
  subscriptionId: string,
  query: string,
  most: number,
): FoundType[] {
  const { terms } = questionOf(query);
  return providers
    .flatMap((provider) =>
      typesOf(provider).map((type) => {
        const namespace = textOf(provider.namespace) ?? "";
        return { namespace, type, score: scoreOf(namespace, type.resourceType, terms) };
      }),
    )
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score)
    .slice(0, most)
    .map(({ namespace, type: { resourceType, apiVersions } }) => {
      const versions = textsOf(apiVersions);
      const newest = versions.find((version) => !version.includes("preview")) ?? versions[0];
      return {
        method: "GET",
        path: `/subscriptions/${subscriptionId}/providers/${namespace}/${resourceType}`,
        ...(newest !== undefined && { api_version: newest }),
      };
    });
}

/** The type says more than the namespace, and what it says beyond the question counts against it. */
function scoreOf(namespace: string, type: string, terms: readonly (readonly string[])[]): number {
  const own = wordsOfPath(type);
  const around = wordsOfPath(namespace.replace(/^microsoft\./i, ""));
  let score = 0;
  for (const term of terms) {
    const inside = (words: readonly string[]) =>
      term.some((word) => words.some((one) => one === word || one.includes(word)));
    if (inside(own)) score += 2;
    else if (inside(around)) score += 1;
  }
  return score === 0 ? 0 : score - own.length * 0.1;
}
