/** Where a resource lives. `names` has one entry for each segment of `types`. */
export interface ResourceAddress {
  subscriptionId: string;
  group: string;
  namespace: string;
  types: readonly string[];
  names: readonly string[];
}

export const typePath = (address: ResourceAddress) => address.types.join("/");
export const namePath = (address: ResourceAddress) => address.names.join("/");

/**
 * Splits what follows `/providers/` (`Microsoft.Sql/servers/s1/databases/d1`). An even number of
 * segments names a resource; an odd one a collection (`…/servers`) or an action.
 */
export function splitProviderPath(path: string) {
  const [namespace = "", ...rest] = path.split("/").filter(Boolean);
  return {
    namespace,
    types: rest.filter((_, index) => index % 2 === 0),
    names: rest.filter((_, index) => index % 2 === 1),
  };
}

/** Keys compare without regard to case: clients meet `resourcegroups` and `resourceGroups`. */
export const groupKey = (subscriptionId: string, group: string) =>
  `/subscriptions/${subscriptionId}/resourcegroups/${group}`.toLowerCase();

export function resourceKey(address: ResourceAddress): string {
  const pairs = address.types.map((type, index) => `${type}/${address.names[index] ?? ""}`);
  return `${groupKey(address.subscriptionId, address.group)}/providers/${address.namespace}/${pairs.join("/")}`.toLowerCase();
}

export const groupId = (subscriptionId: string, group: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/${group}`;

/** How providers spell the group in an id: Compute shouts its name, Web writes small letters. */
const spellings: Record<string, (address: ResourceAddress) => string> = {
  "microsoft.compute": ({ subscriptionId, group }) => groupId(subscriptionId, group.toUpperCase()),
  "microsoft.web": ({ subscriptionId, group }) =>
    `/subscriptions/${subscriptionId}/resourcegroups/${group}`,
};

/** The id in an answer, in the case its provider prefers. */
export function resourceId(address: ResourceAddress): string {
  const spell = spellings[address.namespace.toLowerCase()];
  const group = spell?.(address) ?? groupId(address.subscriptionId, address.group);
  const pairs = address.types.map((type, index) => `${type}/${address.names[index] ?? ""}`);
  return `${group}/providers/${address.namespace}/${pairs.join("/")}`;
}
