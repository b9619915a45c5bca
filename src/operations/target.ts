import { ArmClient } from "../arm/client.ts";
import type { ProviderCache } from "../arm/provider-versions.ts";
import type { Config } from "../config/config.ts";
import { connectionStub, type ConnectionStub } from "../connection/stub.ts";
import { directoryOf, type Directory } from "../directory/directory.ts";
import type { Environment } from "../platform/env.ts";
import { GraphClient } from "../graph/client.ts";
import type { Fetcher } from "../http/transport.ts";
import { upstreamRequestId } from "../http/upstream-error.ts";
import type { SessionSecret } from "../platform/keys.ts";

/** One connection, and Microsoft's services as seen through it: what every operation works on. */
export interface Target {
  connectionId: string;
  connection: ConnectionStub;
  graph: GraphClient;
  arm: ArmClient;
  sessionSecret: SessionSecret;
  /** Undefined where the deployment has none. */
  directory: Directory | undefined;
}

export interface TargetOptions {
  requestId: string;
  /** False: somebody waits in front of a screen; a throttled call goes back at once. */
  waitOnThrottle: boolean;
  /** Told Microsoft's own id of each answer that has one. */
  answered: (upstreamRequestId: string) => void;
}

/** What providers say of their versions is the same for everybody in one cloud. */
const providerCache: ProviderCache = new Map();

export function targetOf(
  env: Environment,
  config: Config,
  connectionId: string,
  { requestId, waitOnThrottle, answered }: TargetOptions,
): Target {
  const connection = connectionStub(env, connectionId);
  const fetcher = identified(connection, requestId, answered);
  const { graphEndpoint, armEndpoint } = config.cloud;
  return {
    connectionId,
    connection,
    graph: new GraphClient(fetcher, { endpoint: graphEndpoint, waitOnThrottle }),
    arm: new ArmClient(fetcher, { endpoint: armEndpoint, waitOnThrottle, providerCache }),
    sessionSecret: config.sessionSecret,
    directory: directoryOf(env),
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
