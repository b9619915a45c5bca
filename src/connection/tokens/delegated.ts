import type { Cloud } from "../../entra/cloud.ts";
import { tokenScopes } from "../../entra/resource.ts";
import { authorityTenant } from "../../entra/tenant.ts";
import type { TokenEndpoint } from "../../entra/token-endpoint.ts";
import { defined } from "../../contract/defined.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { notConnected, notForPersonalAccounts } from "../policy/remedies.ts";
import { homeOf, type Grant } from "../tables/grant-store.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import type { ExchangeFault, PreparedExchange, TokenExchange } from "./exchange.ts";
import type { ResourceKey } from "./token-cache.ts";

export interface DelegatedExchangeOptions {
  cipher: TokenCipher;
  endpoint: Pick<TokenEndpoint, "refresh">;
  cloud: Cloud;
  now: () => number;
}

/** Gets tokens by the refresh token of a user who signed in. Only this code sees it in clear. */
export class DelegatedExchange implements TokenExchange {
  readonly #options: DelegatedExchangeOptions;

  constructor(options: DelegatedExchangeOptions) {
    this.#options = options;
  }

  async prepare(key: ResourceKey, grant: Grant): Promise<Result<PreparedExchange, ExchangeFault>> {
    const { cipher, endpoint, now } = this.#options;
    const { refresh_token: sealed } = grant;
    if (sealed === null) {
      return err({ kind: "refused", failure: notConnected("user", now()) });
    }
    const scopes = this.#scopesOf(key, grant);
    if (scopes.length === 0) return err({ kind: "refused", failure: notForPersonalAccounts() });
    const opened = await cipher.open("refresh_token", sealed);
    if (!opened.ok) return err({ kind: "unreadable", fault: opened.error });
    const refreshToken = opened.value;
    return ok({
      async send({ claims, requestId }) {
        const answer = await endpoint.refresh({
          tenant: authorityTenant(key.tenantId),
          refreshToken,
          account: homeOf(grant),
          scopes: [...scopes, "offline_access"],
          requestId,
          ...defined({ claims }),
        });
        // Entra may answer without a new refresh token: the old one stays valid and is kept. Sealed
        // with a key that is no longer the first, it is sealed anew.
        return answer.ok && !cipher.isCurrent(sealed)
          ? ok({ refreshToken, ...answer.value })
          : answer;
      },
    });
  }

  /** The scopes of the request; none when a personal account has no permission of the resource. */
  #scopesOf(
    { resource, tenantId }: ResourceKey,
    { scopes: granted, required_scopes: required }: Grant,
  ): string[] {
    const { cloud } = this.#options;
    const held = tokenScopes(resource, tenantId, granted, cloud);
    // What was asked for and never granted is asked for again: consent may have come since.
    return held.length > 0 ? held : tokenScopes(resource, tenantId, required, cloud);
  }
}
