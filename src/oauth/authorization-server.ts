import {
  AuthorizationError,
  authorizationErrorRedirect,
  CimdFetchError,
  OAuthAuthorizationServer,
  OAuthError,
  type AuthRequest,
  type OAuthHelpers,
} from "@cloudflare/workers-oauth-provider";
import type { Config } from "../config/config.ts";
import { grantsStub } from "../connection/stub.ts";
import type { Environment } from "../platform/env.ts";
import { GrantStore } from "./grant-store.ts";
import { mcpScopes } from "./mcp-scopes.ts";
import { retiredKeyOf } from "./retired-tokens.ts";

export { AuthorizationError, authorizationErrorRedirect, CimdFetchError, OAuthError };
export type { AuthRequest, OAuthHelpers };

/** Where the parts of the authorization server are. */
export const oauthPaths = {
  authorize: "/oauth/authorize",
  continue: "/oauth/authorize/continue",
  token: "/oauth/token",
  register: "/oauth/register",
  metadata: "/.well-known/oauth-authorization-server",
  resourceMetadata: "/.well-known/oauth-protected-resource",
} as const;

/** Seconds. */
const hour = 60 * 60;
const day = 24 * hour;

/** How long things last, in seconds. */
export const oauthLifetimes = {
  accessToken: hour,
  /** Since its last use: a client that goes on using its grant keeps it. */
  refreshToken: 30 * day,
  /** Of a client that was never given a grant; with one it lasts as long as that. */
  registration: day,
} as const;

/** The name by which the library knows its store. */
interface Bindings {
  OAUTH_KV: GrantStore;
}

/** The resource that tokens are for: its address as clients know it, without a query. */
export const mcpResource = ({ publicOrigin }: Pick<Config, "publicOrigin">): string =>
  `${publicOrigin}/mcp`;

type Server = Pick<OAuthAuthorizationServer<Bindings>, "getOAuthApi" | "validateToken"> & {
  /** It waits for nothing behind an answer: any context will do. */
  fetch(
    request: Request,
    env: Bindings,
    context: Pick<ExecutionContext, "waitUntil">,
  ): Promise<Response>;
};

const servers = new WeakMap<Config, Server>();

/** One for each configuration: it checks its options when it is made. */
function serverOf(config: Config): Server {
  const known = servers.get(config);
  if (known !== undefined) return known;
  const server = new OAuthAuthorizationServer<Bindings>({
    issuer: config.publicOrigin,
    authorizeEndpoint: oauthPaths.authorize,
    tokenEndpoint: oauthPaths.token,
    clientRegistrationEndpoint: oauthPaths.register,
    resources: [mcpResource(config)],
    scopesSupported: [...mcpScopes],
    accessTokenTTL: oauthLifetimes.accessToken,
    refreshTokenTTL: oauthLifetimes.refreshToken,
    refreshTokenIdleTTL: oauthLifetimes.refreshToken,
    clientRegistrationTTL: oauthLifetimes.registration,
    clientIdMetadataDocumentEnabled: true,
    cookiePrefix: "__Host-azure_oauth_",
    // Its default writes a line that no reader of our log expects; the line of the request says the rest.
    onError: () => undefined,
  });
  servers.set(config, server);
  return server;
}

/** The authorization server, as one request uses it. */
export interface OAuth {
  /** For the pages of a sign-in. */
  api: OAuthHelpers;
  /** Answers the endpoints of the protocol. @throws AzureError of the store */
  respond(request: Request, context: Pick<ExecutionContext, "waitUntil">): Promise<Response>;
  /** What a token stands for; null when it was never given, is over, or is for another resource. */
  validate(token: string): ReturnType<Server["validateToken"]>;
}

/** @param now milliseconds since the epoch */
export function oauthOf(env: Environment, config: Config, now: () => number): OAuth {
  const server = serverOf(config);
  const api = (): OAuthHelpers => server.getOAuthApi(bindings);
  const bindings = {
    OAUTH_KV: new GrantStore((name, options) => grantsStub(env, name, options), now),
  };
  return {
    api: api(),
    async respond(request, context) {
      const sent = request.clone();
      const answer = await server.fetch(request, bindings, context);
      if (answer.status === 400 && new URL(request.url).pathname === oauthPaths.token) {
        await endIfReplayed(bindings.OAUTH_KV, api(), sent);
      } else {
        await sent.body?.cancel();
      }
      return answer;
    },
    validate: (token) => server.validateToken(mcpResource(config), token, bindings),
  };
}

/** Ends a grant whose replaced refresh token was sent. @param refused request to the token endpoint */
async function endIfReplayed(
  store: GrantStore,
  api: OAuthHelpers,
  refused: Request,
): Promise<void> {
  // What is no form at all was refused for that.
  const form = await refused.formData().catch(() => undefined);
  const token = form?.get("refresh_token");
  const retired = typeof token === "string" ? await retiredKeyOf(token) : undefined;
  if (retired === undefined || (await store.get(retired.key)) === null) return;
  await api.revokeGrant(retired.grantId, retired.userId);
}

/**
 * The request as it would have come by the public origin. The library compares addresses, and a Worker
 * may be reached by more than one.
 */
export function atPublicOrigin(
  { publicOrigin }: Pick<Config, "publicOrigin">,
  request: Request,
): Request {
  const { pathname, search } = new URL(request.url);
  return new Request(`${publicOrigin}${pathname}${search}`, request);
}
