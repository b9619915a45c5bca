import { defined } from "../../contract/defined.ts";
import type { Config } from "../../config/config.ts";
import {
  resourceOfScope,
  scopesForTenant,
  tokenScopes,
  type Resource,
} from "../../entra/resource.ts";
import { authorityTenant } from "../../entra/tenant.ts";
import type { TokenEndpoint, TokenSet } from "../../entra/token-endpoint.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import {
  adoptionConflict,
  grantedScopes,
  ownAccountConflict,
  type Candidate,
} from "./candidate.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";
import { homeOf } from "../tables/grant-store.ts";
import { remedyOf } from "../policy/remedies.ts";
import { timesOf } from "../policy/renewal-policy.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";

export interface GrantAdoptionOptions {
  connectionId: string;
  config: Config;
  state: ConnectionState;
  cipher: TokenCipher;
  endpoint: TokenEndpoint;
  now: () => number;
  /** Tokens of the old grant must be served no more. */
  replaced: () => void;
}

export interface AdoptionTerms {
  /** Why this candidate may not be adopted, beyond what holds for every one. */
  conflict?: () => Failure | undefined;
  /** Version of the directory's row from before the connection was lost. */
  knownVersion?: number;
  /** Done in the transaction that replaces the grant. */
  alsoCommit?: () => void;
}

/** Makes a candidate out of a first token set, and the candidate the grant. Runs inside the queue. */
export class GrantAdoption {
  readonly #options: GrantAdoptionOptions;

  constructor(options: GrantAdoptionOptions) {
    this.#options = options;
  }

  /**
   * Proves a candidate: what else was asked for at sign-in is minted from its refresh token, one
   * resource after the other.
   *
   * @param asked scopes the sign-in asked for; what an earlier one required stays required.
   */
  async prove(
    first: TokenSet,
    { asked, issuedAt }: { asked: readonly string[]; issuedAt: number },
  ): Promise<Outcome<Candidate>> {
    const { config, endpoint, state, now } = this.#options;
    const { idToken: identity } = first;
    if (identity === undefined) {
      return err(failure("invalid_request", "Microsoft did not say who signed in: start again."));
    }
    const earlier = state.exists ? state.grant().required_scopes : [];
    const required = scopesForTenant(
      identity.tenantId,
      [...new Set([...earlier, ...asked])],
      config.cloud,
    ).filter((scope) => resourceOfScope(scope, config.cloud) !== undefined);
    const resources = [
      ...new Set(required.map((scope) => resourceOfScope(scope, config.cloud))),
    ].filter((resource) => resource !== undefined);
    const candidate: Candidate = {
      tenant_id: identity.tenantId,
      object_id: identity.objectId,
      upn: identity.upn,
      name: identity.name,
      login_hint: identity.loginHint,
      home_account: first.homeAccount ?? null,
      refresh_token: first.refreshToken ?? null,
      required_scopes: required,
      required_resources: resources,
      tokens: [candidateToken("graph", first, issuedAt)],
      latches: [],
      claims: null,
    };
    for (const resource of resources) {
      if (resource === "graph" || candidate.refresh_token === null) continue;
      const startedAt = now();
      const answer = await endpoint.refresh({
        tenant: authorityTenant(identity.tenantId),
        refreshToken: candidate.refresh_token,
        account: homeOf(candidate),
        scopes: [
          ...tokenScopes(resource, identity.tenantId, required, config.cloud),
          "offline_access",
        ],
      });
      if (answer.ok) {
        candidate.refresh_token = answer.value.refreshToken ?? candidate.refresh_token;
        candidate.tokens.push(candidateToken(resource, answer.value, startedAt));
      } else if (
        answer.error.disposition.latch === "resource" ||
        answer.error.disposition.latch === "connection"
      ) {
        candidate.claims = answer.error.claims ?? candidate.claims;
        candidate.latches.push({
          resource,
          remedy: remedyOf(answer.error.disposition, {
            tenantId: identity.tenantId,
            scopes: required.filter((scope) => resourceOfScope(scope, config.cloud) === resource),
            publicOrigin: config.publicOrigin,
            now: startedAt,
          }),
        });
      }
    }
    return ok(candidate);
  }

  /** Replaces the grant in one transaction, unless the candidate may not. */
  async adopt(
    candidate: Candidate,
    { conflict: own = () => undefined, knownVersion, alsoCommit = () => {} }: AdoptionTerms = {},
  ): Promise<Outcome<void>> {
    const { config, connectionId, state, cipher, now, replaced } = this.#options;
    const conflict = () =>
      own() ??
      (config.mcpSignIn?.kind === "standalone"
        ? ownAccountConflict(connectionId, candidate)
        : undefined) ??
      adoptionConflict(state.exists ? state.grants.read() : undefined, candidate, config.cloud);
    const standing = conflict();
    if (standing !== undefined) return err(standing);
    const refreshToken = await cipher.seal("refresh_token", candidate.refresh_token ?? "");
    const tokens = await Promise.all(
      candidate.tokens.map(async (token) => ({
        ...token,
        sealed: await cipher.seal("access_token", token.token),
      })),
    );
    // Between the check and this transaction the grant may have been taken away or replaced.
    const changed = conflict();
    if (changed !== undefined) return err(changed);
    const at = now();
    replaced();
    state.create(at);
    state.commit(
      at,
      () => {
        alsoCommit();
        const { generation } = state.grant();
        state.tokens.clear();
        tokens.forEach((token, index) => {
          state.tokens.put({
            resource: token.resource,
            tenantId: candidate.tenant_id,
            token: token.sealed,
            scopes: token.scopes,
            ...timesOf({
              connectionId,
              resource: token.resource,
              issuedAt: token.issued_at,
              lifetimeSeconds: token.lifetime_seconds,
              refreshInSeconds: token.refresh_in_seconds,
            }),
            generation: generation + index + 1,
          });
        });
        for (const { resource, remedy } of candidate.latches) {
          state.tokens.latch({ resource, tenantId: candidate.tenant_id }, remedy, at);
        }
        state.grants.update({
          client_id: config.clientId,
          tenant_id: candidate.tenant_id,
          object_id: candidate.object_id,
          upn: candidate.upn,
          name: candidate.name,
          login_hint: candidate.login_hint,
          home_account: candidate.home_account,
          scopes: grantedScopes(candidate),
          required_scopes: candidate.required_scopes,
          required_resources: candidate.required_resources,
          refresh_token: refreshToken,
          generation: generation + tokens.length,
          remedy: null,
          probed_at: null,
          claims: candidate.claims,
          degraded: null,
          app_error: null,
          last_refresh_at: at,
        });
      },
      { signedIn: true, knownVersion },
    );
    return ok(undefined);
  }
}

function candidateToken(resource: Resource, tokens: TokenSet, issuedAt: number) {
  return {
    resource,
    token: tokens.accessToken,
    scopes: [...tokens.scopes],
    issued_at: issuedAt,
    lifetime_seconds: tokens.expiresInSeconds,
    ...defined({ refresh_in_seconds: tokens.refreshInSeconds }),
  };
}
