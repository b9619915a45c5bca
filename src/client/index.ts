/** What a sibling Worker, a server or a browser imports to use connections. */
export {
  AzureClient,
  type ImportRequest,
  type ListConnectionsOptions,
  type Session,
  type SessionRequest,
} from "./azure-client.ts";
export {
  type ArmCallOptions,
  type ArmListOptions,
  type ArmPageOptions,
  type ArmRoutes,
  isRunning,
  type ResourceListOptions,
  type RunningOperation,
} from "./arm-routes.ts";
export type { ConnectionClient, Ticket, TokenOptions } from "./connection-client.ts";
export {
  type AccessTokenSource,
  AzureConnectionCredential,
  type GetTokenOptions,
  type HttpTokenSource,
  type SdkAccessToken,
} from "./credential.ts";
export type { BatchRequest } from "../graph/batch-plan.ts";
export type { BatchResponse } from "../graph/batch-answer.ts";
export type { CalendarOptions, GraphListOptions, GraphRoutes, SendMail } from "./operations.ts";
export { azure, type AzureBinding, type ConnectionStub } from "./lazy.ts";
export {
  LiveClient,
  type LiveClientOptions,
  type LiveHandlers,
  type LiveOptions,
} from "./live-client.ts";
export type { Answer, ServiceOptions } from "./requests.ts";
export type { Who } from "./who.ts";
export type {
  ConnectionEvent,
  ConnectionInfo,
  ConnectionStatus,
  LiveSnapshot,
} from "../contract/connection-info.ts";
export { AzureError, type ErrorCode, type ErrorDetails } from "../contract/errors.ts";
export type { ListedConnection } from "../directory/entry.ts";
export type { Remedy, RemedyAction } from "../contract/remedy.ts";
