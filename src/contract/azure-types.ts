/** ARM's own items, fields as Microsoft names them. Providers add fields: more than these may come. */

export type Tags = Record<string, string>;

export interface Subscription {
  id: string;
  subscriptionId: string;
  tenantId?: string;
  displayName: string;
  state: "Enabled" | "Warned" | "PastDue" | "Disabled" | "Deleted";
  subscriptionPolicies?: { locationPlacementId?: string; quotaId?: string; spendingLimit?: string };
  authorizationSource?: string;
  managedByTenants?: { tenantId: string }[];
  tags?: Tags;
}

export interface ResourceGroup {
  id: string;
  name: string;
  type?: string;
  location: string;
  managedBy?: string;
  tags?: Tags;
  properties?: { provisioningState?: string };
}

export interface ResourceGroupParameters {
  location: string;
  managedBy?: string;
  tags?: Tags;
}

export interface GenericResource {
  id: string;
  name: string;
  type: string;
  location?: string;
  kind?: string;
  managedBy?: string;
  sku?: Record<string, unknown>;
  plan?: Record<string, unknown>;
  identity?: Record<string, unknown>;
  tags?: Tags;
  etag?: string;
  properties?: Record<string, unknown>;
  /** Only when asked for by `expand`. */
  createdTime?: string;
  changedTime?: string;
  provisioningState?: string;
}

/** What a PUT sends: the resource without what its URL says already. */
export type ResourceParameters = Omit<Partial<GenericResource>, "id" | "name" | "type">;

/** A row of Resource Graph, by the columns of the query. */
export interface ResourceRow {
  [column: string]: unknown;
}

export interface ProviderType {
  resourceType: string;
  locations?: string[];
  apiVersions?: string[];
  defaultApiVersion?: string;
  capabilities?: string;
}

export interface Provider {
  id?: string;
  namespace: string;
  registrationState?: string;
  registrationPolicy?: string;
  resourceTypes: ProviderType[];
}

export interface TagName {
  id?: string;
  tagName: string;
  count?: { type?: string; value?: number };
  values?: { id?: string; tagValue: string; count?: { type?: string; value?: number } }[];
}

export interface TagsResource {
  id?: string;
  name?: string;
  type?: string;
  properties: { tags?: Tags };
}

/** Merge adds and overwrites, Replace leaves only these, Delete removes those that match by name and value. */
export interface TagsPatch {
  operation: "Merge" | "Replace" | "Delete";
  tags: Tags;
}
