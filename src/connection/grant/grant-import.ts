import { defined } from "../../contract/defined.ts";
import type { Config } from "../../config/config.ts";
import {
  defaultScopes,
  missingScopes,
  resourceOfScope,
  tokenScopes,
} from "../../entra/resource.ts";
import { authorityTenant, isPersonalTenant, parseTenant } from "../../entra/tenant.ts";
import type { TokenEndpoint, TokenFailure, TokenSet } from "../../entra/token-endpoint.ts";
import { conflict, failure, invalidField, type Failure } from "../../contract/errors.ts";
import type { ConnectionLine } from "../../platform/log.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { ConnectionInfo } from "../../contract/connection-info.ts";
import type { GrantTakeover, GrantBackup, Outcome } from "../../contract/connection-rpc.ts";
import type { GrantAdoption } from "./grant-adoption.ts";
import { actionRequired, remedyOf } from "../policy/remedies.ts";
import { isHeld } from "../policy/grant-kind.ts";
import { notProven, oauthReason } from "../policy/sign-in-failure.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import type { TokenQueue } from "../tokens/token-queue.ts";

export interface GrantImportOptions {
  config: Config;
  state: ConnectionState;
  cipher: TokenCipher;
  adoption: GrantAdoption;
  queue: TokenQueue;
  endpoint: TokenEndpoint;
  now: () => number;
  info: () => ConnectionInfo;
  rearm: () => void;
  log: (line: ConnectionLine) => void;
}

/** A refresh token to be proven, and what its origin makes of the outcome. */
interface Source {
  tenant: string;
  refreshToken: string;
  /** Scopes it is known to have had: the answer to its proof names those of Graph alone. */
  granted: readonly string[];
  /** What a refusal of Microsoft's means to the sender. */
  refused: (cause: TokenFailure) => Failure;
  /** Why it may not be adopted, asked once more at the moment it would be. */
  conflict?: () => Failure | undefined;
  knownVersion?: number;
}

/** Takes a grant from elsewhere, proven by one refresh before anything is kept. */
export class GrantImport {
  readonly #options: GrantImportOptions;

  constructor(options: GrantImportOptions) {
    this.#options = options;
  }

  /**
   * Takes over a refresh token that another system holds, or takes back the directory's backup of
   * this very connection after its object was lost.
   *
   * @returns `invalid_request` for a token that Microsoft refuses; `conflict` when a backup meets a
   *   grant that is held or was ended, or does not open here; `action_required` when a backup has
   *   come to its end
   */
  async run(request: GrantTakeover | GrantBackup): Promise<Outcome<ConnectionInfo>> {
    const { state, queue, info, rearm } = this.#options;
    // Read before the queue: an end that comes while this waits for its turn wins too.
    const { ends } = state;
    const imported = await queue.run(async () => {
      const source =
        "sealedRefreshToken" in request
          ? await this.#backup(request)
          : this.#takeover(request, () => (state.ends === ends ? undefined : disconnected()));
      return source.ok ? this.#prove(source.value) : source;
    });
    rearm();
    return imported.ok ? ok(info()) : imported;
  }

  #takeover(
    { refreshToken, tenantId }: GrantTakeover,
    conflict: () => Failure | undefined,
  ): Outcome<Source> {
    const { config } = this.#options;
    const tenant = parseTenant(tenantId ?? config.tenantId);
    if (tenant === undefined) return err(invalidField("tenantId", "must be a tenant"));
    if (refreshToken === "") return err(invalidField("refreshToken", "must not be empty"));
    return ok({
      tenant: authorityTenant(tenant),
      refreshToken,
      granted: [],
      refused: ({ disposition: { action, aadsts, message }, code, requestId }) =>
        failure(
          "invalid_request",
          action === "sign_in" ? "Microsoft refused this refresh token." : message,
          {
            details: {
              field: "refreshToken",
              reason: oauthReason(code),
              ...defined({ aadsts, upstream_request_id: requestId }),
            },
          },
        ),
      conflict,
    });
  }

  async #backup({
    sealedRefreshToken,
    tenantId,
    scopes,
    version,
  }: GrantBackup): Promise<Outcome<Source>> {
    const { config, state, cipher, now, log } = this.#options;
    const conflict = () => restoreConflict(state);
    const standing = conflict();
    if (standing !== undefined) return err(standing);
    const opened = await cipher.open("refresh_token", sealedRefreshToken);
    if (!opened.ok) {
      log({ level: "error", event: "grant_unreadable", code: opened.error });
      return err(unreadable[opened.error]);
    }
    return ok({
      tenant: authorityTenant(tenantId),
      refreshToken: opened.value,
      granted: scopes,
      refused: ({ disposition, requestId }) => ({
        ...actionRequired(
          remedyOf(disposition, {
            tenantId,
            scopes: [],
            publicOrigin: config.publicOrigin,
            now: now(),
          }),
        ),
        ...(requestId !== undefined && { details: { upstream_request_id: requestId } }),
      }),
      conflict,
      knownVersion: version,
    });
  }

  async #prove(source: Source): Promise<Outcome<void>> {
    const { config, adoption, now } = this.#options;
    const issuedAt = now();
    const answer = await this.#redeem(source);
    if (source.tenant === "common" && isOfPersonalAccount(answer)) {
      // A personal account that is asked for `.default` gives less than it granted, or nothing.
      const { refreshToken = source.refreshToken } = answer.ok ? answer.value : {};
      return this.#prove({ ...source, tenant: "consumers", refreshToken });
    }
    if (!answer.ok) return err(notProven(answer.error) ?? source.refused(answer.error));
    // What was consented elsewhere is not ours to demand: of the usual scopes those that it has.
    const usual = defaultScopes(config.cloud);
    const ofOtherResources = source.granted.filter(
      (scope) => resourceOfScope(scope, config.cloud) !== "graph",
    );
    const lacking = new Set(
      missingScopes(usual, [...answer.value.scopes, ...ofOtherResources], config.cloud),
    );
    const candidate = await adoption.prove(
      { ...answer.value, refreshToken: answer.value.refreshToken ?? source.refreshToken },
      { asked: usual.filter((scope) => !lacking.has(scope)), issuedAt },
    );
    return candidate.ok ? adoption.adopt(candidate.value, source) : candidate;
  }

  /**
   * A Graph token with an id_token. A personal account is asked for the permissions that it granted;
   * where they are unknown, for the usual ones, and if one of these is missing, for the least.
   */
  async #redeem({
    tenant,
    refreshToken,
    granted,
  }: Source): Promise<Result<TokenSet, TokenFailure>> {
    const { endpoint, config } = this.#options;
    const known = tokenScopes("graph", tenant, granted, config.cloud);
    const asked =
      known.length > 0
        ? [known]
        : [defaultScopes(config.cloud), leastScopes].map((scopes) =>
            tokenScopes("graph", tenant, scopes, config.cloud),
          );
    const ask = (scopes: readonly string[]) =>
      endpoint.refresh({
        tenant,
        refreshToken,
        scopes: [...scopes, "openid", "profile", "offline_access"],
      });
    const [first = [], least] = asked;
    const answer = await ask(first);
    return least !== undefined && !answer.ok && lacksScope(answer.error) ? ask(least) : answer;
  }
}

/** By its id_token, or because `.default` was refused, which only work tenants know. */
const isOfPersonalAccount = (answer: Result<TokenSet, TokenFailure>): boolean =>
  answer.ok
    ? isPersonalTenant(answer.value.idToken?.tenantId ?? "")
    : answer.error.code === "invalid_scope";

/** What every sign-in of this application asks for. */
const leastScopes = ["User.Read"];

/** Entra says 65001 of a permission that was not granted, and of a personal account 70000. */
const lacksScope = ({ codes }: TokenFailure): boolean =>
  codes.includes(65001) || codes.includes(70000);

/** A backup is for what was lost. What is held needs none, and what was ended stays ended. */
function restoreConflict(state: ConnectionState): Failure | undefined {
  if (!state.exists) return undefined;
  const grant = state.grant();
  if (isHeld(grant)) {
    return conflict("connected", "This connection holds its grant: there is nothing to restore.");
  }
  return grant.status === "disconnected" ? disconnected() : undefined;
}

const disconnected = (): Failure =>
  conflict("disconnected", "This connection was disconnected: only a new sign-in connects it.");

const unreadable = {
  tampered: conflict("tampered", "The backup was altered, or is of another connection."),
  unknown_key: failure(
    "app_misconfigured",
    "The backup cannot be decrypted with the configured keys.",
    { details: { variable: "TOKEN_ENCRYPTION_KEYS", reason: "unknown_key" } },
  ),
} as const;
