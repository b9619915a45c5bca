import type { Environment } from "../env.ts";
import type { ConnectionRpc } from "./contract.ts";

/** A connection as every caller outside its object sees it: a signed-in `fetch`, and the RPC surface. */
export interface ConnectionStub extends ConnectionRpc {
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
}

/**
 * The stub of a connection. Making one asks nothing: an id nobody connected answers `not_found`.
 * A stub lives as long as the request that made it.
 */
export function connectionStub(env: Environment, connectionId: string): ConnectionStub {
  // The stub's generated type wraps results for pipelining and disposal; plain data needs neither.
  return env.AZURE_CONNECTION.getByName(connectionId) as unknown as ConnectionStub;
}
