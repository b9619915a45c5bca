import type { Config } from "../config.ts";
import { defaultScopes } from "../entra/resource.ts";
import { parseTenant } from "../entra/tenant.ts";
import type { TokenEndpoint } from "../entra/token-endpoint.ts";
import { failure } from "../errors.ts";
import { err, ok } from "../result.ts";
import type { ConnectionInfo, Outcome } from "./contract.ts";
import type { GrantAdoption } from "./grant-adoption.ts";
import type { TokenQueue } from "./token-queue.ts";

export interface GrantImportOptions {
  config: Config;
  adoption: GrantAdoption;
  queue: TokenQueue;
  endpoint: TokenEndpoint;
  now: () => number;
  info: () => ConnectionInfo;
  rearm: () => void;
}

/** Takes over a refresh token another system holds, proven by one refresh before anything is kept. */
export class GrantImport {
  readonly #options: GrantImportOptions;

  constructor(options: GrantImportOptions) {
    this.#options = options;
  }

  async run(request: {
    refreshToken: string;
    tenantId?: string;
  }): Promise<Outcome<ConnectionInfo>> {
    const { config, adoption, queue, endpoint, now, info, rearm } = this.#options;
    const tenant = parseTenant(request.tenantId ?? config.tenantId);
    if (tenant === undefined) {
      return err(
        failure("invalid_request", "tenant_id must be a tenant.", {
          details: { field: "tenant_id" },
        }),
      );
    }
    if (request.refreshToken === "") {
      return err(
        failure("invalid_request", "refresh_token must not be empty.", {
          details: { field: "refresh_token" },
        }),
      );
    }
    const adopted = await queue.run(async (): Promise<Outcome<void>> => {
      const issuedAt = now();
      const answer = await endpoint.refresh({
        tenant,
        refreshToken: request.refreshToken,
        scopes: [`${config.cloud.audiences.graph}/.default`, "openid", "profile", "offline_access"],
      });
      if (!answer.ok) {
        const permanent = answer.error.disposition.latch !== "none";
        return err(
          failure(
            permanent ? "invalid_request" : "upstream_unavailable",
            permanent ? "Microsoft refused this refresh token." : answer.error.disposition.message,
            {
              ...(answer.error.requestId !== undefined && { request_id: answer.error.requestId }),
              details: { field: "refresh_token", reason: answer.error.code },
            },
          ),
        );
      }
      // What the other system had consented is not ours to demand: required is what came.
      const asked = defaultScopes(config.cloud).filter((scope) =>
        answer.value.scopes.includes(scope),
      );
      const candidate = await adoption.prove(
        { ...answer.value, refreshToken: answer.value.refreshToken ?? request.refreshToken },
        { asked, issuedAt },
      );
      return candidate.ok ? adoption.adopt(candidate.value) : candidate;
    });
    rearm();
    return adopted.ok ? ok(info()) : adopted;
  }
}
