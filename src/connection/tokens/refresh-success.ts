import { defined } from "../../contract/defined.ts";
import { permissionsIn } from "../../entra/resource.ts";
import type { ConnectionState } from "../connection-state.ts";
import { timesOf } from "../policy/renewal-policy.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import type { StoredToken, TokenKey } from "../tables/token-store.ts";
import type { TokenSet } from "../../entra/token-endpoint.ts";

/** The tokens of an answer, encrypted; no refresh token where the stored one is kept. */
export async function sealTokens(
  cipher: TokenCipher,
  { accessToken, refreshToken }: TokenSet,
): Promise<{ accessToken: string; refreshToken: string | undefined }> {
  return {
    accessToken: await cipher.seal("access_token", accessToken),
    refreshToken:
      refreshToken === undefined ? undefined : await cipher.seal("refresh_token", refreshToken),
  };
}

export interface StoredTokenOptions {
  /** The access token, encrypted. */
  sealed: string;
  connectionId: string;
  /** When the POST went out, in milliseconds since the epoch. */
  issuedAt: number;
  generation: number;
}

/** The row of a token that was just got. */
export const storedToken = (
  key: TokenKey,
  { scopes, expiresInSeconds, refreshInSeconds }: TokenSet,
  { sealed, connectionId, issuedAt, generation }: StoredTokenOptions,
): StoredToken => ({
  ...key,
  token: sealed,
  scopes,
  ...timesOf({
    connectionId,
    resource: key.resource,
    issuedAt,
    lifetimeSeconds: expiresInSeconds,
    refreshInSeconds,
  }),
  generation,
});

/** What came with a token. */
export interface TokenCompany {
  /** Sealed; undefined when the one that is held stays the newest. */
  refreshToken: string | undefined;
  /** Of the application in its tenant; undefined when the token does not say. */
  roles?: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Writes what a token POST gave: the token, and a grant that is well. */
export function recordSuccess(
  state: ConnectionState,
  token: StoredToken,
  { refreshToken, roles, now }: TokenCompany,
): void {
  state.commit(now, (emit) => {
    const grant = state.grant();
    const lastUsedAt = state.lastUsedAt(grant);
    state.tokens.put(token);
    state.tokens.clearIntent();
    // Claims wait for the sign-in that a latched resource needs, while the others go on.
    const waiting = state.tokens.isAnyLatched();
    state.grants.update({
      generation: token.generation,
      scopes: [...new Set([...grant.scopes, ...permissionsIn(token.scopes)])],
      last_refresh_at: now,
      last_used_at: lastUsedAt,
      remedy: null,
      ...(!waiting && { claims: null }),
      degraded: null,
      app_error: null,
      ...defined({ refresh_token: refreshToken }),
      ...defined({ roles }),
    });
    emit({
      type: "token.refreshed",
      data: {
        resource: token.resource,
        tenant_id: token.tenantId,
        expires_at: new Date(token.expiresAt).toISOString(),
        generation: token.generation,
      },
    });
  });
}
