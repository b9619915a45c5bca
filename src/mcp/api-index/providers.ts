import type { Provider } from "../../contract/azure-types.ts";
import { questionOf, wordsOfPath } from "./words.ts";

/** A type of Azure resources, as its operations begin. */
export interface FoundType {
  method: string;
  path: string;
  api_version?: string;
}

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
    .flatMap(({ namespace, resourceTypes = [] }) =>
      resourceTypes.map((type) => ({
        namespace,
        type,
        score: scoreOf(namespace, type.resourceType, terms),
      })),
    )
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score)
    .slice(0, most)
    .map(({ namespace, type: { resourceType, apiVersions = [] } }) => {
      const newest = apiVersions.find((version) => !version.includes("preview")) ?? apiVersions[0];
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
