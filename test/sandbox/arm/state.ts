import type { Deployment } from "./deployments/deployment.ts";
import type { UserQuota } from "./resource-graph/user-quota.ts";
import { findProvider, providers } from "./providers.ts";
import { groupKey, type ResourceAddress, resourceKey } from "./resource-id.ts";
import { Operations } from "./operation.ts";

export type Tags = Record<string, string>;

export type RegistrationState = "Registered" | "NotRegistered" | "Registering" | "Unregistering";

export interface Subscription {
  subscriptionId: string;
  tenantId: string;
  displayName: string;
  tags: Tags;
  /** By namespace in small letters; what is missing is not registered. */
  registrations: Map<string, RegistrationState>;
}

export interface ResourceGroup {
  subscriptionId: string;
  name: string;
  location: string;
  tags: Tags;
  managedBy?: string;
  provisioningState: "Succeeded" | "Deleting";
}

/** What a client may set on a resource, beside its location and tags; ARM hands it back as is. */
export interface ResourceContent {
  properties: Record<string, unknown>;
  kind?: string;
  managedBy?: string;
  sku?: Record<string, unknown>;
  identity?: Record<string, unknown>;
  plan?: Record<string, unknown>;
  zones?: readonly string[];
}

export interface Resource extends ResourceAddress {
  location?: string;
  tags: Tags;
  content: ResourceContent;
  provisioningState: string;
  etag: string;
  /** Milliseconds. */
  createdAt: number;
  changedAt: number;
}

/** Groups of subscriptions; the tenant's root group is named after the tenant. */
export interface ManagementGroup {
  tenantId: string;
  name: string;
  displayName: string;
  /** The name of the group above; the root has none. */
  parent?: string;
  subscriptionIds: readonly string[];
}

export interface RoleAssignment {
  tenantId: string;
  /** A GUID. */
  name: string;
  /** Without a closing slash; the tenant's is empty. */
  scope: string;
  /** The role definition's GUID. */
  roleId: string;
  principalId: string;
  principalType: "User" | "ServicePrincipal";
  description?: string;
  createdBy: string;
  /** Milliseconds. */
  createdAt: number;
}

export interface Lock {
  /** The id of what is locked. */
  scope: string;
  name: string;
  level: "CanNotDelete" | "ReadOnly";
  notes?: string;
}

const sameText = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

/** Everything ARM remembers. Maps keep insertion order, which is the order of its lists. */
export class ArmState {
  readonly subscriptions: Subscription[] = [];
  readonly operations = new Operations();
  readonly managementGroups: ManagementGroup[] = [];
  roleAssignments: RoleAssignment[] = [];
  locks: Lock[] = [];
  deployments: Deployment[] = [];
  /** Of Resource Graph, by object id. */
  readonly userQuotas = new Map<string, UserQuota>();
  readonly #groups = new Map<string, ResourceGroup>();
  readonly #resources = new Map<string, Resource>();

  subscription(subscriptionId: string): Subscription | undefined {
    return this.subscriptions.find((each) => sameText(each.subscriptionId, subscriptionId));
  }

  managementGroup(tenantId: string, name: string): ManagementGroup | undefined {
    return this.managementGroups.find(
      (each) => each.tenantId === tenantId && sameText(each.name, name),
    );
  }

  /** Those a subscription is in, the nearest first. */
  managementGroupsOf(subscriptionId: string): ManagementGroup[] {
    const nearest = this.managementGroups.find((each) =>
      each.subscriptionIds.some((id) => sameText(id, subscriptionId)),
    );
    return nearest ? [nearest, ...this.managementGroupsAbove(nearest.name)] : [];
  }

  /** Those above a group, the nearest first. */
  managementGroupsAbove(name: string): ManagementGroup[] {
    const group = this.managementGroups.find((each) => sameText(each.name, name));
    const parent =
      group?.parent === undefined ? undefined : this.managementGroup(group.tenantId, group.parent);
    return parent ? [parent, ...this.managementGroupsAbove(parent.name)] : [];
  }

  registration(subscription: Subscription, namespace: string): RegistrationState {
    const free = findProvider(namespace)?.policy === "RegistrationFree";
    if (free) return "Registered";
    return subscription.registrations.get(namespace.toLowerCase()) ?? "NotRegistered";
  }

  registerAll(subscription: Subscription, except: readonly string[]): void {
    for (const { namespace } of providers)
      if (!except.includes(namespace))
        subscription.registrations.set(namespace.toLowerCase(), "Registered");
  }

  group(subscriptionId: string, name: string): ResourceGroup | undefined {
    return this.#groups.get(groupKey(subscriptionId, name));
  }

  groups(subscriptionId: string): ResourceGroup[] {
    return [...this.#groups.values()].filter((each) =>
      sameText(each.subscriptionId, subscriptionId),
    );
  }

  putGroup(group: ResourceGroup): void {
    this.#groups.set(groupKey(group.subscriptionId, group.name), group);
  }

  /** Removes a group with all that is in it. */
  removeGroup(group: ResourceGroup): void {
    const id = groupKey(group.subscriptionId, group.name);
    const outside = ({ scope }: { scope: string }) =>
      scope.toLowerCase() !== id && !scope.toLowerCase().startsWith(`${id}/`);
    this.roleAssignments = this.roleAssignments.filter(outside);
    this.locks = this.locks.filter(outside);
    this.deployments = this.deployments.filter(outside);
    for (const resource of this.resources(group.subscriptionId, group.name))
      this.#resources.delete(resourceKey(resource));
    this.#groups.delete(groupKey(group.subscriptionId, group.name));
  }

  resource(address: ResourceAddress): Resource | undefined {
    return this.#resources.get(resourceKey(address));
  }

  resources(subscriptionId: string, group?: string): Resource[] {
    return [...this.#resources.values()].filter(
      (each) =>
        sameText(each.subscriptionId, subscriptionId) &&
        (group === undefined || sameText(each.group, group)),
    );
  }

  allResources(): Resource[] {
    return [...this.#resources.values()];
  }

  putResource(resource: Resource): void {
    this.#resources.set(resourceKey(resource), resource);
  }

  /** Removes a resource with its children. */
  removeResource(address: ResourceAddress): void {
    const key = resourceKey(address);
    for (const each of this.#resources.keys())
      if (each === key || each.startsWith(`${key}/`)) this.#resources.delete(each);
  }
}
