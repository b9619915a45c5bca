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

const stable = /^\d{4}-\d{2}-\d{2}$/;
const dated = /^\d{4}-\d{2}-\d{2}(-[a-z0-9.]+)?$/i;

export const isApiVersion = (text: string): boolean => dated.test(text);

/** Versions start with their date, so the greatest text is the newest. */
const newest = (versions: readonly string[]): string | undefined => versions.toSorted().at(-1);

/**
 * The newest stable version, or the newest preview when nothing else is there. Providers list
 * newest first, but not all of them: the order is not relied on.
 *
 * @returns undefined when the list holds no version at all.
 */
export function chooseApiVersion(versions: readonly string[]): string | undefined {
  const usable = versions.filter((version) => dated.test(version));
  return newest(usable.filter((version) => stable.test(version))) ?? newest(usable);
}

export interface ProviderResourceType {
  resourceType: string;
  apiVersions?: readonly string[];
}

/**
 * The version for `type` (`Microsoft.Network/virtualNetworks/subnets`) out of its provider's list.
 * A child type that is not listed on its own goes by its parent's versions.
 */
export function apiVersionOfType(
  type: string,
  listed: readonly ProviderResourceType[],
): string | undefined {
  const [, ...words] = type.toLowerCase().split("/");
  for (let length = words.length; length > 0; length -= 1) {
    const wanted = words.slice(0, length).join("/");
    const found = listed.find(({ resourceType }) => resourceType.toLowerCase() === wanted);
    const version = chooseApiVersion(found?.apiVersions ?? []);
    if (version !== undefined) return version;
  }
  return undefined;
}
