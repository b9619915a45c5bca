import type { Cloud } from "../entra/cloud.ts";
import { defaultScopeOf, permissionsIn } from "../entra/resource.ts";
import { authorityTenant } from "../entra/tenant.ts";
import type { TokenEndpoint, TokenFailure, TokenSet } from "../entra/token-endpoint.ts";
import { failure, type Failure, unknownConnection } from "../errors.ts";
import type { ConnectionLogLine } from "../log.ts";
import { err, ok } from "../result.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { Outcome } from "./contract.ts";
import { recordFailure } from "./refresh-failure.ts";
import { actionRequired, blockedBy, signInRemedy, type RemedyLinks } from "./remedies.ts";
import { appRetryInterval, timesOf } from "./renewal-policy.ts";
import type { HeldToken, ResourceKey, TokenCache, TokenNeed } from "./token-cache.ts";
import type { TokenCipher } from "./token-cipher.ts";

export interface TokenMintOptions {
  connectionId: string;
  state: ConnectionState;
  cache: TokenCache;
  cipher: TokenCipher;
  endpoint: TokenEndpoint;
  cloud: Cloud;
  links: RemedyLinks;
  /** Stands for the application's credential, to notice that it was changed. */
  fingerprint: () => Promise<string>;
  now: () => number;
  random: () => number;
  /** Something changed that the alarm depends on. */
  rearm: () => void;
  log: (line: Omit<ConnectionLogLine, "connection">) => void;
}

export interface Attempt extends Partial<TokenNeed> {
  /** Try although a latch or a back-off stands: somebody asked for it. */
  forced?: boolean;
}

/** The moment a POST went out: what comes back is measured by it. */
interface Start {
  /** Milliseconds. */
  at: number;
  /** Of the grant. */
  generation: number;
  claims: string | undefined;
}

/**
 * The one token POST. This is the only code that sees a refresh token in clear and redeems it; it runs
 * inside the queue, and answers nobody before a new token is durable.
 */
export class TokenMint {
  readonly #options: TokenMintOptions;

  constructor(options: TokenMintOptions) {
    this.#options = options;
  }

  /** Intent, POST, and one transaction that is fenced by the generation of the grant. */
  async mint(key: ResourceKey, attempt: Attempt): Promise<Outcome<HeldToken>> {
    const { state, cache, cipher, endpoint, cloud, now, links, rearm } = this.#options;
    if (!state.exists) return err(unknownConnection());
    if (key.resource === "arm" && authorityTenant(key.tenantId) === "consumers") {
      return err(noPersonalArm());
    }
    const fingerprint = await this.#options.fingerprint();
    const grant = state.grant();
    if (attempt.forced !== true) {
      // This turn may have come after another that met a latch, or after a sign-in.
      const row = state.tokens.read(key);
      const blocked = blockedBy(grant, row, { now: now(), fingerprint, links });
      if (blocked !== undefined) return err(blocked);
      // What a latch stopped stays stopped, though it may be valid: a probe asks Entra.
      const need = { minValiditySeconds: 0, ...attempt };
      const stored = await cache.read(key.resource, key.tenantId, need);
      if (stored !== undefined) return ok(stored);
    }
    if (grant.refresh_token === null) return err(actionRequired(signInRemedy(links, now())));
    const opened = await cipher.open("refresh_token", grant.refresh_token);
    if (!opened.ok) return err(this.#unreadableGrant(key, opened.error));

    const { claims } = attempt;
    const started: Start = { at: now(), generation: grant.generation, claims };
    state.tokens.putIntent(key, started.generation, started.at);
    rearm();
    const answer = await endpoint.refresh({
      tenant: authorityTenant(key.tenantId),
      refreshToken: opened.value,
      scopes: [defaultScopeOf(key.resource, cloud), "offline_access"],
      ...(claims !== undefined && { claims }),
    });
    if (answer.ok) {
      // Entra may answer without a new refresh token: the old one stays valid and is kept, but not
      // under a key that is on its way out.
      const kept = cipher.isCurrent(grant.refresh_token) ? {} : { refreshToken: opened.value };
      return this.#keep(key, started, { ...kept, ...answer.value });
    }
    if (this.#fenced(started.generation)) return this.#superseded();
    // A challenge that Entra does not answer silently is one for the user, at the next sign-in.
    const unanswered = claims === undefined ? {} : { claims };
    return err(this.record(key, { ...unanswered, ...answer.error }, fingerprint));
  }

  /** Writes a failure in its scope; what a latch covers is served no more, though it may be valid. */
  record(key: ResourceKey, cause: TokenFailure, fingerprint: string): Failure {
    const { state, cache, links, now, random, rearm, log } = this.#options;
    const { action, latch } = cause.disposition;
    const failed = recordFailure(state, key, cause, {
      now: now(),
      random: random(),
      fingerprint,
      links,
    });
    if (latch === "connection") cache.forget();
    if (latch === "resource") cache.drop(key);
    rearm();
    log({
      level: "warn",
      event: "refresh_failed",
      resource: key.resource,
      action,
      code: cause.code,
      ...(cause.requestId !== undefined && { upstream_request_id: cause.requestId }),
    });
    return failed;
  }

  async #keep(key: ResourceKey, started: Start, answer: TokenSet): Promise<Outcome<HeldToken>> {
    const { state, cache, cipher, connectionId, now, rearm } = this.#options;
    const sealed = await cipher.seal("access_token", answer.accessToken);
    const sealedRefresh =
      answer.refreshToken === undefined
        ? undefined
        : await cipher.seal("refresh_token", answer.refreshToken);
    if (this.#fenced(started.generation)) return this.#superseded();

    const stored = {
      ...key,
      token: sealed,
      scopes: answer.scopes,
      ...timesOf({
        connectionId,
        resource: key.resource,
        issuedAt: started.at,
        lifetimeSeconds: answer.expiresInSeconds,
        refreshInSeconds: answer.refreshInSeconds,
      }),
      generation: started.generation + 1,
    };
    const committedAt = now();
    state.commit(committedAt, (tell) => {
      const grant = state.grant();
      const lastUsedAt = state.lastUsedAt(grant);
      state.tokens.put(stored);
      state.tokens.clearIntent();
      // Claims wait for the sign-in that a latched resource needs, while the others go on.
      const waiting = state.tokens.list().some((row) => row.remedy !== null);
      state.grants.update({
        generation: stored.generation,
        scopes: [...new Set([...grant.scopes, ...permissionsIn(answer.scopes)])],
        last_refresh_at: committedAt,
        last_used_at: lastUsedAt,
        remedy: null,
        ...(!waiting && { claims: null }),
        degraded: null,
        app_error: null,
        ...(sealedRefresh !== undefined && { refresh_token: sealedRefresh }),
      });
      tell({
        type: "token.refreshed",
        data: {
          resource: key.resource,
          tenant_id: key.tenantId,
          expires_at: new Date(stored.expiresAt).toISOString(),
          generation: stored.generation,
        },
      });
    });
    const { claims } = started;
    const held: HeldToken = { ...stored, token: answer.accessToken, used: false, claims };
    cache.hold(key, held, state.grant().tenant_id);
    rearm();
    return ok(held);
  }

  /** The grant was replaced or taken away while the POST was out: its answer is of no use. */
  #fenced(generationAtStart: number): boolean {
    const { state } = this.#options;
    return !state.exists || state.grant().generation !== generationAtStart;
  }

  #superseded(): Outcome<never> {
    const { state, links, now } = this.#options;
    if (!state.exists) return err(unknownConnection());
    state.tokens.clearIntent();
    return err(actionRequired(signInRemedy(links, now())));
  }

  /** Nothing can be renewed until the key is back: no attempt is made sooner than for a bad secret. */
  #unreadableGrant(key: ResourceKey, fault: string): Failure {
    const { state, now, rearm, log } = this.#options;
    state.tokens.fail(key, state.tokens.read(key)?.attempts ?? 0, now() + appRetryInterval);
    rearm();
    log({ level: "error", event: "grant_unreadable", code: fault });
    return failure(
      "app_misconfigured",
      "The stored grant cannot be decrypted with the configured keys.",
      { details: { variable: "TOKEN_ENCRYPTION_KEYS", reason: fault } },
    );
  }
}

/** Entra calls the request itself wrong (AADSTS70011), as if the application were at fault. */
const noPersonalArm = (): Failure =>
  failure("forbidden", "A personal Microsoft account has no Azure Resource Manager of its own.", {
    details: { reason: "personal_account" },
  });
