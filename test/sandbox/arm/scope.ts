import { type Answer, failure, resourceGroupNotFound, resourceNotFound } from "./answer.ts";
import { findProvider, findType } from "./providers.ts";
import { groupId, namePath, resourceId, splitProviderPath } from "./resource-id.ts";
import type { ArmState, ManagementGroup, Resource, ResourceGroup, Subscription } from "./state.ts";

/** What a deployment, a lock or a role assignment is for. */
export type Scope =
  | { kind: "tenant"; id: "" }
  | { kind: "managementGroup"; id: string; managementGroup: ManagementGroup }
  | { kind: "subscription"; id: string; subscription: Subscription }
  | { kind: "group"; id: string; subscription: Subscription; group: ResourceGroup }
  | {
      kind: "resource";
      id: string;
      subscription: Subscription;
      group: ResourceGroup;
      resource: Resource;
    };

export type ScopeKind = Scope["kind"];

/** The beginning of a path, by what it names. */
export const scopePatterns: Readonly<Record<ScopeKind, string>> = {
  tenant: "",
  managementGroup: "providers/Microsoft.Management/managementGroups/{managementGroup}",
  subscription: "subscriptions/{subscriptionId}",
  group: "subscriptions/{subscriptionId}/resourcegroups/{group}",
  resource: "subscriptions/{subscriptionId}/resourcegroups/{group}/providers/{*path}",
};

export const managementGroupId = (name: string) =>
  `/providers/Microsoft.Management/managementGroups/${name}`;

export const managementGroupNotFound = (name: string) =>
  failure(404, "NotFound", `The management group '${name}' cannot be found.`, {
    failedIn: "service",
  });

export type FoundScope<Found extends Scope = Scope> =
  | { ok: true; scope: Found }
  | { ok: false; refusal: Answer };

export type ScopeParams = Readonly<Record<string, string | undefined>>;

/**
 * Finds what the beginning of a path names.
 * @param tenantId the caller's; a management group of another tenant does not exist for it
 */
export function findScope(
  state: ArmState,
  kind: ScopeKind,
  params: ScopeParams,
  tenantId: string,
): FoundScope {
  if (kind === "tenant") return { ok: true, scope: { kind, id: "" } };
  if (kind === "managementGroup") {
    const name = params["managementGroup"] ?? "";
    const managementGroup = state.managementGroup(tenantId, name);
    if (!managementGroup) return { ok: false, refusal: managementGroupNotFound(name) };
    return {
      ok: true,
      scope: { kind, id: managementGroupId(managementGroup.name), managementGroup },
    };
  }
  const subscription = state.subscription(params["subscriptionId"] ?? "");
  // A path whose subscription does not exist was refused before any route runs.
  if (!subscription) throw new RangeError("no such subscription");
  const { subscriptionId } = subscription;
  if (kind === "subscription")
    return { ok: true, scope: { kind, id: `/subscriptions/${subscriptionId}`, subscription } };
  const groupName = params["group"] ?? "";
  const group = state.group(subscriptionId, groupName);
  if (!group) return { ok: false, refusal: resourceGroupNotFound(groupName) };
  if (kind === "group")
    return {
      ok: true,
      scope: { kind, id: groupId(subscriptionId, group.name), subscription, group },
    };
  const resource = findResource(state, group, params["path"] ?? "");
  return "status" in resource
    ? { ok: false, refusal: resource }
    : { ok: true, scope: { kind, id: resourceId(resource), subscription, group, resource } };
}

/** A resource of a group, by what follows `/providers/`; or why it is not found. */
export function findResource(
  state: ArmState,
  group: ResourceGroup,
  path: string,
): Resource | Answer {
  const { namespace, types, names } = splitProviderPath(path);
  const provider = findProvider(namespace);
  const type = provider && findType(provider, types.join("/"));
  const address = {
    subscriptionId: group.subscriptionId,
    group: group.name,
    namespace: type?.namespace ?? namespace,
    types: type?.name.split("/") ?? types,
    names,
  };
  return (
    state.resource(address) ??
    resourceNotFound(
      `${address.namespace}/${address.types.join("/")}`,
      namePath(address),
      group.name,
    )
  );
}

/** Every beginning of a path that ends at a slash: `/a/b` gives `/a/b` and `/a`. */
function beginnings(path: string): string[] {
  const segments = path.toLowerCase().split("/").filter(Boolean);
  return segments.map((_, index) => `/${segments.slice(0, segments.length - index).join("/")}`);
}

/**
 * The scopes that what is at this path inherits from, in small letters, itself first: resource, group,
 * subscription, management groups, and the tenant as an empty text.
 */
export function scopesAbove(state: ArmState, path: string): string[] {
  const own = beginnings(path);
  const [, root, second] = path.toLowerCase().split("/");
  const [, , , , name] = path.toLowerCase().split("/");
  const inherited =
    root === "subscriptions"
      ? state.managementGroupsOf(second ?? "")
      : path.toLowerCase().startsWith(managementGroupId("").toLowerCase())
        ? state.managementGroupsAbove(name ?? "")
        : [];
  return [...own, ...inherited.map((each) => managementGroupId(each.name).toLowerCase()), ""];
}

/** Whether one path is the other's or lies below it; the tenant's is empty. */
export function liesWithin(path: string, scope: string): boolean {
  const inner = path.toLowerCase();
  const outer = scope.toLowerCase();
  return inner === outer || inner.startsWith(`${outer}/`);
}
