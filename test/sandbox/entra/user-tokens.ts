import { PERSONAL_TENANT } from "../constants.ts";
import type { SandboxWorld } from "../create-world.ts";
import { delegatedPermission, personalDefaults } from "../permissions.ts";
import type { SandboxUser } from "../world.ts";
import { clientName } from "./client.ts";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";
import { clientInfo, signIdToken } from "./id-token.ts";
import { echoedScope } from "./scope.ts";
import type { ResourceScopes } from "./scope.ts";
import { sealRefreshToken } from "./sealed-grant.ts";
import type { RefreshToken } from "./sealed-grant.ts";

export interface TokenAnswer {
  token_type: "Bearer";
  scope?: string;
  expires_in: number;
  ext_expires_in: number;
  access_token: string;
  refresh_in?: number;
  refresh_token?: string;
  id_token?: string;
  client_info?: string;
}

export interface UserTokenRequest {
  base: string;
  user: SandboxUser;
  /** The tenant the tokens are for: the authority's. */
  tenantId: string;
  asked: ResourceScopes;
  /** OpenID scopes of this request. */
  openid: ReadonlySet<string>;
  /** OpenID scopes of the sign-in behind it. */
  grantedOpenid: ReadonlySet<string>;
  grant: Pick<RefreshToken, "clientId" | "scope" | "sessionId" | "authTime" | "tenantId">;
  nonce?: string | undefined;
  claimsCapable: boolean;
  wantsClientInfo: boolean;
}

/** The permissions a personal account's token will carry, or 70000 when one was not granted. */
function personalPermissions(
  asked: ResourceScopes,
  consented: ReadonlySet<string>,
): Outcome<string[]> {
  const wanted = asked.isDefault
    ? personalDefaults(consented)
    : asked.permissions.filter((name) => delegatedPermission("graph", name)?.personal);
  const denied = wanted.some((name) => !consented.has(name));
  return denied || (asked.isDefault && wanted.length === 0)
    ? failure(
        70000,
        "The request was denied because one or more scopes requested are unauthorized or expired. The user must first sign in and grant the client application access to the requested scope.",
      )
    : { ok: true, value: wanted };
}

/** The permissions the token will carry, or 65001 when one was never consented to. */
function grantedPermissions(world: SandboxWorld, request: UserTokenRequest): Outcome<string[]> {
  const { user, tenantId, asked } = request;
  const { audience, displayName } = asked.resource;
  const consented = world.consents.delegated(tenantId, user, audience, request.grant.clientId);
  if (tenantId === PERSONAL_TENANT) return personalPermissions(asked, consented);
  const wanted = asked.isDefault ? [...consented] : asked.permissions;
  const missing = wanted.find((permission) => !consented.has(permission));
  if (missing !== undefined || (asked.isDefault && wanted.length === 0)) {
    return failure(
      65001,
      `The user or administrator has not consented to use the application with ID '${request.grant.clientId}' named '${clientName(request.grant.clientId)}' for ${displayName}. Send an interactive authorization request for this user and resource.`,
    );
  }
  return { ok: true, value: wanted };
}

/**
 * Work accounts get a new refresh token with every token once `offline_access` was granted; personal
 * accounts only with the requests that ask for it.
 */
const givesRefreshToken = ({ tenantId, openid, grantedOpenid }: UserTokenRequest): boolean =>
  grantedOpenid.has("offline_access") &&
  (tenantId !== PERSONAL_TENANT || openid.has("offline_access"));

/** Mints what a user's grant is answered with: one access token for one resource in one tenant. */
export async function userTokens(
  world: SandboxWorld,
  request: UserTokenRequest,
): Promise<Outcome<TokenAnswer>> {
  const permissions = grantedPermissions(world, request);
  if (!permissions.ok) return permissions;
  const { user, tenantId, asked, openid, grant } = request;
  const identity = ["openid", "profile", "email"].filter((name) => openid.has(name));
  const scopes =
    asked.resource.audience === "graph" ? [...identity, ...permissions.value] : permissions.value;
  const { token, expiresIn, refreshIn } = await world.issueAccessToken({
    audience: asked.resource.audience,
    aud: asked.uri,
    user,
    tenantId,
    scopes,
    claimsCapable: request.claimsCapable,
    sessionId: grant.sessionId,
    clientId: grant.clientId,
  });
  const refreshToken = givesRefreshToken(request)
    ? await sealRefreshToken(world, {
        upn: user.upn,
        tenantId: grant.tenantId,
        clientId: grant.clientId,
        scope: grant.scope,
        sessionId: grant.sessionId,
        authTime: grant.authTime,
        tick: world.tick(),
        issuedAt: world.now(),
      })
    : undefined;
  const idToken = openid.has("openid")
    ? await signIdToken(world, {
        base: request.base,
        user,
        tenantId,
        openid,
        nonce: request.nonce,
        sessionId: grant.sessionId,
        clientId: grant.clientId,
      })
    : undefined;
  const answer: TokenAnswer = {
    token_type: "Bearer",
    scope: echoedScope(asked, permissions.value, openid),
    expires_in: expiresIn,
    ext_expires_in: expiresIn,
    ...(refreshIn === undefined ? {} : { refresh_in: refreshIn }),
    access_token: token,
    ...(refreshToken ? { refresh_token: refreshToken } : {}),
    ...(idToken ? { id_token: idToken } : {}),
    ...(request.wantsClientInfo ? { client_info: clientInfo(user) } : {}),
  };
  return { ok: true, value: answer };
}
