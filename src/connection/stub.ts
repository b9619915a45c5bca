import { configOf } from "../config/config.ts";
import type {
  AccountLinkRpc,
  ConnectionStub,
  NotificationRpc,
  OwnStub,
  ReconnectRpc,
} from "../contract/connection-rpc.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Environment } from "../platform/env.ts";
import { grantsNamespaceOf, namespaceOf } from "./namespace.ts";

interface StubOptions {
  /** Whether the connection may be made by it; default false. */
  creates?: boolean;
}

/**
 * The stub of a connection. Making one sends nothing to it: an id that was never connected answers
 * `not_found`. A stub lives as long as the request that made it.
 *
 * @throws AzureError as {@link namespaceOf}
 */
export const connectionStub = (
  env: Environment,
  connectionId: string,
  options: StubOptions = {},
): Promise<ConnectionStub> => ownStub(env, connectionId, options);

/** The same stub, for the pages of reconnect links. @throws AzureError as {@link namespaceOf} */
export const reconnectStub = (env: Environment, connectionId: string): Promise<ReconnectRpc> =>
  ownStub(env, connectionId);

/** The same stub, for the page of account links. @throws AzureError as {@link namespaceOf} */
export const accountLinkStub = (env: Environment, connectionId: string): Promise<AccountLinkRpc> =>
  ownStub(env, connectionId, { creates: true });

/** The same stub, for what Graph posts. @throws AzureError as {@link namespaceOf} */
export const notificationStub = (
  env: Environment,
  connectionId: string,
): Promise<NotificationRpc> => ownStub(env, connectionId);

/** The same stub, with what only this Worker asks. @throws AzureError as {@link namespaceOf} */
export async function ownStub(
  env: Environment,
  connectionId: string,
  options: StubOptions = {},
): Promise<OwnStub> {
  const namespace = await namespaceOf(env, options);
  const { locationHint } = orThrow(configOf(env));
  // The stub's generated type wraps results for pipelining and disposal; plain data needs neither.
  return namespace.getByName(connectionId, locationHint && { locationHint }) as unknown as OwnStub;
}

/**
 * The object of what MCP clients were given: of one user, one client's registration, or one step of a
 * sign-in. Asking it writes nothing.
 *
 * @throws AzureError as {@link namespaceOf}
 */
export async function grantsStub(env: Environment, name: string, options: StubOptions = {}) {
  const namespace = await grantsNamespaceOf(env, options);
  const { locationHint } = orThrow(configOf(env));
  return namespace.getByName(name, locationHint && { locationHint });
}
