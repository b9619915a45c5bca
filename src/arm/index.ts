/** Azure Resource Manager over any `fetch`. */
export { ArmClient, type ArmClientOptions } from "./client.ts";
export type { FinalStateVia } from "./operation-state.ts";
export type { OperationCall, OperationProgress, Poller, PollOptions } from "./poller.ts";
export type { ProviderCache } from "./provider-versions.ts";
export type { ProviderOptions } from "./providers.ts";
export { quotaOf } from "./quota.ts";
export type { ArmCall, CallOptions, WriteOptions } from "./request.ts";
export type { ListResourceGroupsOptions } from "./resource-groups.ts";
export type { ResourceQueryOptions } from "./resource-graph.ts";
export { parseResourceId, type ResourceId, sameResourceId } from "./resource-id.ts";
export type { ListResourcesOptions } from "./resources.ts";
export type * from "../contract/azure-types.ts";
export { AzureError } from "../contract/errors.ts";
export type { Page, PagedItems, PageSettings } from "../http/page.ts";
export type { Fetcher } from "../http/transport.ts";
