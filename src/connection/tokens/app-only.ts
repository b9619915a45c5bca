import { failure, type Failure } from "../../contract/errors.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { appTokenFacts } from "../../entra/app-token.ts";
import type { Cloud } from "../../entra/cloud.ts";
import { defaultScopeOf } from "../../entra/resource.ts";
import type { TokenEndpoint } from "../../entra/token-endpoint.ts";
import type { Grant } from "../tables/grant-store.ts";
import type { ExchangeFault, PreparedExchange, TokenExchange } from "./exchange.ts";
import type { ResourceKey } from "./token-cache.ts";

export interface ClientCredentialsExchangeOptions {
  endpoint: Pick<TokenEndpoint, "clientCredentials">;
  cloud: Cloud;
}

/**
 * Gets tokens of the application itself, by its own credential, in the tenant that was connected and no
 * other: the application may be in another tenant for another customer.
 */
export class ClientCredentialsExchange implements TokenExchange {
  readonly #options: ClientCredentialsExchangeOptions;

  constructor(options: ClientCredentialsExchangeOptions) {
    this.#options = options;
  }

  async prepare(
    { resource, tenantId }: ResourceKey,
    { tenant_id: home }: Pick<Grant, "tenant_id">,
  ): Promise<Result<PreparedExchange, ExchangeFault>> {
    const { endpoint, cloud } = this.#options;
    if (home === null || tenantId.toLowerCase() !== home) {
      return err({ kind: "refused", failure: otherTenant(tenantId) });
    }
    return ok({
      async send({ claims, requestId }) {
        const scopes = [defaultScopeOf(resource, cloud)];
        const answer = await endpoint.clientCredentials({
          tenant: home,
          scopes,
          claims,
          requestId,
        });
        if (!answer.ok) return answer;
        // Nothing of an answer to this request is a user's.
        const { refreshToken: _, ...tokens } = answer.value;
        return ok({ ...tokens, app: appTokenFacts(tokens.accessToken) });
      },
    });
  }
}

const otherTenant = (tenantId: string): Failure =>
  failure(
    "forbidden",
    `What was asked for belongs to tenant ${tenantId}, and this connection is of another: connect that tenant too.`,
    { details: { reason: "other_tenant" } },
  );
