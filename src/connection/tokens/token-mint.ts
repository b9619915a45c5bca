import { defined } from "../../contract/defined.ts";
import type { Cloud } from "../../entra/cloud.ts";
import { tokenScopes } from "../../entra/resource.ts";
import { authorityTenant } from "../../entra/tenant.ts";
import type { TokenEndpoint, TokenFailure, TokenSet } from "../../entra/token-endpoint.ts";
import { type Failure, unknownConnection } from "../../contract/errors.ts";
import type { ConnectionLine } from "../../platform/log.ts";
import { err, ok } from "../../contract/result.ts";
import { traced, type SpanFacts } from "../../platform/traced.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { Outcome } from "../../contract/connection-info.ts";
import { dispositionAbroad } from "../policy/foreign-tenant.ts";
import { homeOf, type Grant } from "../tables/grant-store.ts";
import type { RefreshFacts } from "../../platform/telemetry.ts";
import { refusalOf } from "../observer.ts";
import { recordFailure, stepUpFailure } from "./refresh-failure.ts";
import { recordSuccess } from "./refresh-success.ts";
import {
  actionRequired,
  blockedBy,
  entraUnavailable,
  notForPersonalAccounts,
  signInRemedy,
  type RemedyLinks,
  unreadableGrant,
} from "../policy/remedies.ts";
import { appRetryInterval, backoff, timesOf } from "../policy/renewal-policy.ts";
import type { HeldToken, ResourceKey, TokenCache, TokenNeed } from "./token-cache.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";

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
  /** Makes a GUID for a token POST that no request asked for. */
  newRequestId: () => string;
  /** Something changed that the alarm depends on. */
  rearm: () => void;
  /** Told of every POST, once its outcome is written. */
  refreshed: (refresh: RefreshFacts) => void;
  log: (line: ConnectionLine) => void;
}

export interface Attempt extends Partial<TokenNeed> {
  /** Try although a latch or a back-off stands: somebody asked for it. */
  forced?: boolean;
  /** The id of the request that it is made for, a GUID. */
  requestId?: (() => string | undefined) | undefined;
}

/** The moment a POST went out: what comes back is measured by it. */
interface Start {
  /** Milliseconds. */
  at: number;
  /** Of the grant. */
  generation: number;
  claims: string | undefined;
  /** A GUID: of the request it is made for, or its own. */
  requestId: string;
  report: (end: RefreshEnd) => void;
}

/** The grant as it was when a POST went out, opened. */
interface HeldGrant {
  refreshToken: string;
  account: string | undefined;
  /** Its refresh token is sealed with the first key. */
  current: boolean;
  fingerprint: string;
  /** What the request asks, `offline_access` aside. */
  scopes: readonly string[];
}

/** What is known of a refresh at its end. */
type RefreshEnd = Pick<RefreshFacts, "outcome" | "action" | "aadsts" | "upstream_request_id">;

/** Faults in a row, and until when no POST is made because of them. */
const noPause = { faults: 0, until: 0 };

/**
 * The one token POST. This is the only code that sees a refresh token in clear and redeems it; it runs
 * inside the queue, and answers nobody before a new token is durable.
 */
export class TokenMint {
  readonly #options: TokenMintOptions;
  /** Begins when the outcome of a POST could not be written. */
  #pause = noPause;

  constructor(options: TokenMintOptions) {
    this.#options = options;
  }

  /**
   * Intent, POST, and one transaction that is fenced by the generation of the grant.
   *
   * @param waiters how many callers wait for it by now
   */
  async mint(
    key: ResourceKey,
    attempt: Attempt,
    waiters: () => number,
  ): Promise<Outcome<HeldToken>> {
    const { state, cache, cipher, now, links } = this.#options;
    if (!state.exists) return err(unknownConnection());
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
      const pause = this.#pause.until - now();
      if (pause > 0) return err(entraUnavailable(pause / 1_000));
    }
    if (grant.refresh_token === null) return err(actionRequired(signInRemedy(links, now())));
    const scopes = this.#scopesOf(key, grant);
    if (scopes.length === 0) return err(notForPersonalAccounts());
    const opened = await cipher.open("refresh_token", grant.refresh_token);
    if (!opened.ok) return err(this.#unreadableGrant(key, opened.error));

    const at = now();
    const requestId = attempt.requestId?.() ?? this.#options.newRequestId();
    const facts = { resource: key.resource, attempt: this.#attempt(key) };
    const held: HeldGrant = {
      refreshToken: opened.value,
      account: homeOf(grant),
      current: cipher.isCurrent(grant.refresh_token),
      fingerprint,
      scopes,
    };
    const redeem = async (note: (facts: SpanFacts) => void): Promise<Outcome<HeldToken>> => {
      const report = (end: RefreshEnd): void => {
        const shared = { waiters: waiters(), ...end };
        note({ outcome: end.outcome, waiters: shared.waiters });
        const duration = now() - at;
        this.#options.refreshed({
          ...facts,
          duration_ms: duration,
          request_id: requestId,
          ...shared,
        });
      };
      const { generation } = grant;
      const { claims } = attempt;
      try {
        const start = { at, generation, claims, requestId, report };
        const outcome = await this.#redeem(key, start, held);
        this.#pause = noPause;
        return outcome;
      } catch (error) {
        report({ outcome: "internal_error" });
        this.#beginPause(key, generation);
        throw error;
      }
    };
    return traced("token.refresh", redeem, facts);
  }

  /** A challenge met by a token that was minted for the one before. */
  stepUp(key: ResourceKey, claims: string): Failure {
    const cause = this.#scoped(key, stepUpFailure(claims));
    const attempt = this.#attempt(key);
    const failed = this.#record(key, cause, "");
    const { resource } = key;
    this.#options.refreshed({ resource, duration_ms: 0, waiters: 1, attempt, ...refusalOf(cause) });
    return failed;
  }

  async #redeem(key: ResourceKey, started: Start, grant: HeldGrant): Promise<Outcome<HeldToken>> {
    const { state, endpoint, rearm } = this.#options;
    const { claims, generation, report, requestId } = started;
    state.tokens.putIntent(key, generation, started.at);
    rearm();
    const answer = await endpoint.refresh({
      tenant: authorityTenant(key.tenantId),
      refreshToken: grant.refreshToken,
      account: grant.account,
      scopes: [...grant.scopes, "offline_access"],
      requestId,
      ...(claims !== undefined && { claims }),
    });
    if (answer.ok) {
      // Entra may answer without a new refresh token: the old one stays valid and is kept, but not
      // under a key that is on its way out.
      const kept = grant.current ? {} : { refreshToken: grant.refreshToken };
      return this.#keep(key, started, { ...kept, ...answer.value });
    }
    // A challenge that Entra does not answer silently is one for the user, at the next sign-in.
    const cause = this.#scoped(key, {
      ...(claims !== undefined && { claims }),
      ...answer.error,
    });
    if (this.#fenced(generation)) return this.#superseded(started, cause.requestId);
    const failed = this.#record(key, cause, grant.fingerprint);
    report(refusalOf(cause));
    return err(failed);
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

  /**
   * Waits after a POST whose outcome could not be written, as after one that failed: callers that come
   * one after the other must not send one each. Where storage takes nothing, memory keeps the pause.
   */
  #beginPause(key: ResourceKey, generation: number): void {
    const { state, now, random, rearm } = this.#options;
    const faults = this.#pause.faults + 1;
    const until = now() + backoff(faults, random());
    this.#pause = { faults, until };
    try {
      if (this.#fenced(generation)) return;
      state.commit(now(), () => {
        state.tokens.clearIntent();
        state.tokens.fail(key, this.#attempt(key), until);
      });
      rearm();
    } catch {
      // The alarm of the intent repeats the POST once storage works again.
    }
  }

  /** A refusal as far as it reaches: of another tenant than the grant's, no further than there. */
  #scoped({ tenantId }: ResourceKey, cause: TokenFailure): TokenFailure {
    const { state } = this.#options;
    if (!state.exists) return cause;
    const { tenant_id: home } = state.grant();
    if (tenantId === home) return cause;
    const disposition = dispositionAbroad(cause.disposition, tenantId, home);
    const { claims, ...refusal } = cause;
    // Claims wait for a sign-in: where none is asked for, the next one has nothing to do with them.
    const waits = disposition.action === "step_up" || disposition.action === "sign_in";
    return { ...refusal, disposition, ...(waits && claims !== undefined && { claims }) };
  }

  #attempt(key: ResourceKey): number {
    return (this.#options.state.tokens.read(key)?.attempts ?? 0) + 1;
  }

  /** Writes a failure in its scope; what a latch covers is served no more, though it may be valid. */
  #record(key: ResourceKey, cause: TokenFailure, fingerprint: string): Failure {
    const { state, cache, links, now, random, rearm } = this.#options;
    const { latch } = cause.disposition;
    const failed = recordFailure(state, key, cause, {
      now: now(),
      random: random(),
      fingerprint,
      links,
    });
    if (latch === "connection") cache.forget();
    if (latch === "resource") cache.drop(key);
    rearm();
    return failed;
  }

  async #keep(key: ResourceKey, started: Start, answer: TokenSet): Promise<Outcome<HeldToken>> {
    const { state, cache, cipher, connectionId, now, rearm } = this.#options;
    const sealed = await cipher.seal("access_token", answer.accessToken);
    const sealedRefresh =
      answer.refreshToken === undefined
        ? undefined
        : await cipher.seal("refresh_token", answer.refreshToken);
    if (this.#fenced(started.generation)) return this.#superseded(started, answer.requestId);

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
    recordSuccess(state, stored, sealedRefresh, now());
    const { claims } = started;
    const held: HeldToken = { ...stored, token: answer.accessToken, used: false, claims };
    cache.hold(key, held, state.grant().tenant_id);
    rearm();
    started.report({ outcome: "ok", ...defined({ upstream_request_id: answer.requestId }) });
    return ok(held);
  }

  /** The grant was replaced or taken away while the POST was out: its answer is of no use. */
  #fenced(generationAtStart: number): boolean {
    const { state } = this.#options;
    return !state.exists || state.grant().generation !== generationAtStart;
  }

  #superseded(started: Start, upstreamRequestId: string | undefined): Outcome<never> {
    const { state, links, now } = this.#options;
    started.report({
      outcome: "superseded",
      ...defined({ upstream_request_id: upstreamRequestId }),
    });
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
    return unreadableGrant(fault);
  }
}
