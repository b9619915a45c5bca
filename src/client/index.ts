/** What a sibling Worker, a server or a browser imports to use connections. */
export {
  type AdminConsentOptions,
  type AdminConsentStart,
  AzureClient,
  type Health,
  type TenantConnectOptions,
  type TenantConnectStart,
} from "./azure-client.ts";
export type { CredentialSource } from "./bearer.ts";
export { isRunning, type RunningOperation } from "./catalogue.ts";
export type { ConnectionClient, SignInOptions, SignInStart } from "./connection-client.ts";
export {
  type AccessTokenSource,
  AzureConnectionCredential,
  type GetTokenOptions,
  type HttpTokenSource,
  type SdkAccessToken,
} from "./credential.ts";
export type { BatchRequest, BatchResponse } from "../contract/batch.ts";
export type { DownloadOptions, GraphRoutes, UploadOptions } from "./file-operations.ts";
export type * from "./generated.ts";
export type {
  ArmOperations as ArmRoutes,
  ConnectionTokenOptions as TokenOptions,
  EventsOptions as CalendarOptions,
  ResourceGroupsOptions as ArmListOptions,
  ResourcesOptions as ResourceListOptions,
  ServiceConnectionsOptions as ListConnectionsOptions,
  ServiceCreateSessionOptions as SessionRequest,
  ServiceImportConnectionOptions as ImportRequest,
  SubscriptionOptions as ArmCallOptions,
  SubscriptionsOptions as ArmPageOptions,
  UsersOptions as GraphListOptions,
} from "./generated.ts";
export { azure } from "./lazy.ts";
export {
  LiveClient,
  type LiveClientOptions,
  type LiveHandlers,
  type LiveOptions,
} from "./live-client.ts";
export type { Answer, ServiceOptions } from "./requests.ts";
export type * from "./generated-service.ts";
export type * from "./service.ts";
export type { Owner, TenantOwner, Who } from "./who.ts";
export type {
  Administrator,
  ConnectionInfo,
  ConnectionStatus,
  TenantProof,
} from "../contract/connection-info.ts";
export type { ConnectionEvent, LiveSnapshot } from "../contract/connection-events.ts";
export type { Change, Watch } from "../contract/watch.ts";
export type { ConnectionStub } from "../contract/connection-rpc.ts";
export { AzureError, type ErrorCode, type ErrorDetails, isAzureError } from "../contract/errors.ts";
export type { ListedConnection } from "../contract/listed-connection.ts";
export type { McpGrant } from "../contract/mcp-grant.ts";
export type { Remedy, RemedyAction } from "../contract/remedy.ts";
