import { ArmClient } from "../arm/client.ts";
import type { ProviderCache } from "../arm/provider-versions.ts";
import type { Caller } from "../callers/caller.ts";
import type { Config } from "../config/config.ts";
import { connectionStub } from "../connection/stub.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import type { ConnectionStub } from "../contract/connection-rpc.ts";
import { GraphClient } from "../graph/client.ts";
import type { Fetcher } from "../http/transport.ts";
import { upstreamRequestId } from "../http/upstream-error.ts";
import type { Environment } from "../platform/env.ts";

/** What every operation may use: who calls, and the deployment. */
export interface ServiceContext {
  env: Environment;
  config: Config;
  caller: Caller;
  /** GUID; goes to Microsoft as `client-request-id`. */
  requestId: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Nothing may be changed by it, whatever the caller's scopes are. */
  readOnly?: true;
  /**
   * `bound`: cursors are short, and the caller repeats with them what it asked the list with. Default:
   * all of that is in them.
   */
  cursors?: "bound";
}

/** The service and one connection, with Microsoft's services as seen through it. */
export interface ConnectionContext extends ServiceContext {
  connectionId: string;
  /** On a tenant's connection: the user whose data are meant, by id or sign-in name. */
  as: string | undefined;
  connection: ConnectionStub;
  /** The connection's `fetch`, by which Microsoft knows the request by its id. */
  fetcher: Fetcher;
  readonly graph: GraphClient;
  readonly arm: ArmClient;
}

/** Which connection a context is of, and how it is called. */
export interface ConnectionOptions {
  connectionId: string;
  as?: string | undefined;
  /** False: a throttled call is reported at once, because a person is waiting. */
  waitOnThrottle: boolean;
  /** Called with Microsoft's own id of each answer that has one. */
  answered: (upstreamRequestId: string) => void;
}

/** What providers say of their versions is the same for everybody in one cloud. */
const providerCache: ProviderCache = new Map();

/**
 * The context of an operation on a connection. A client is made when an operation first uses it.
 *
 * @throws AzureError as `connectionStub`
 */
export async function connectionContext(
  service: ServiceContext,
  { connectionId, as, waitOnThrottle, answered }: ConnectionOptions,
): Promise<ConnectionContext> {
  const { graphEndpoint, armEndpoint } = service.config.cloud;
  const connection = await connectionStub(service.env, connectionId);
  const fetcher = identified(connection, service.requestId, answered);
  const user = parseConnectionId(connectionId)?.kind === "tenant" ? (as ?? null) : undefined;
  let graph: GraphClient | undefined;
  let arm: ArmClient | undefined;
  return {
    ...service,
    connectionId,
    as,
    connection,
    fetcher,
    get graph() {
      return (graph ??= new GraphClient(fetcher, {
        endpoint: graphEndpoint,
        waitOnThrottle,
        user,
      }));
    },
    get arm() {
      return (arm ??= new ArmClient(fetcher, {
        endpoint: armEndpoint,
        waitOnThrottle,
        providerCache,
      }));
    },
  };
}

/** Microsoft's logs then know the request by the same id as ours, and ours by Microsoft's. */
const identified = (
  connection: ConnectionStub,
  requestId: string,
  answered: (upstreamRequestId: string) => void,
): Fetcher => ({
  async fetch(url, init) {
    const headers = new Headers(init?.headers);
    if (!headers.has("client-request-id")) headers.set("client-request-id", requestId);
    const answer = await connection.fetch(url, { ...init, headers });
    const upstreamId = upstreamRequestId(answer.headers);
    if (upstreamId !== undefined) answered(upstreamId);
    return answer;
  },
});
