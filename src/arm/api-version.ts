import { isApiVersion } from "../contract/api-version.ts";

/**
 * Which `api-version` to ask for. ARM has no default: every type has its own list, and a version
 * another type has is refused (`NoRegisteredProviderFound`).
 */

/** Types whose version is not looked up: they are what the look-up itself is made of. */
export const knownApiVersions: Readonly<Record<string, string>> = {
  "microsoft.resources/subscriptions": "2022-12-01",
  "microsoft.resources/resourcegroups": "2021-04-01",
  "microsoft.resources/subscriptions/resourcegroups": "2021-04-01",
  "microsoft.resources/providers": "2021-04-01",
  "microsoft.resources/tags": "2021-04-01",
  "microsoft.resources/deployments": "2021-04-01",
};

export const resourcesApiVersion = "2021-04-01";
export const subscriptionsApiVersion = "2022-12-01";
export const resourceGraphApiVersion = "2024-04-01";

const stable = /^\d{4}-\d{2}-\d{2}$/;
/** Versions start with their date, so the greatest text is the newest. */
const newest = (versions: readonly string[]): string | undefined => versions.toSorted().at(-1);

/**
 * The newest stable version, or the newest preview when nothing else is there. Providers list
 * newest first, but not all of them: the order is not relied on.
 *
 * @returns undefined when the list holds no version at all.
 */
export function chooseApiVersion(versions: readonly string[]): string | undefined {
  const usable = versions.filter((version) => isApiVersion(version));
  return newest(usable.filter((version) => stable.test(version))) ?? newest(usable);
}

export interface ProviderResourceType {
  resourceType: string;
  /** Absent: the provider's list of them could not be read. */
  apiVersions?: readonly string[];
}

/** The words of a type below its namespace, and of its parents: a child may not be listed itself. */
function listings(
  type: string,
  listed: readonly ProviderResourceType[],
): readonly ProviderResourceType[] {
  const [, ...words] = type.toLowerCase().split("/");
  return words.flatMap((_, dropped) => {
    const wanted = words.slice(0, words.length - dropped).join("/");
    return listed.find(({ resourceType }) => resourceType.toLowerCase() === wanted) ?? [];
  });
}

/**
 * The version for `type` (`Microsoft.Network/virtualNetworks/subnets`) out of its provider's list.
 * A child type that is not listed on its own goes by its parent's versions.
 */
export function apiVersionOfType(
  type: string,
  listed: readonly ProviderResourceType[],
): string | undefined {
  for (const { apiVersions } of listings(type, listed)) {
    const version = chooseApiVersion(apiVersions ?? []);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** Whether a provider lists a type, or its parent, in a way that cannot be read. */
export const isListedUnreadably = (
  type: string,
  listed: readonly ProviderResourceType[],
): boolean => listings(type, listed).some(({ apiVersions }) => apiVersions === undefined);
