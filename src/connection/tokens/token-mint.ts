import type { TokenFailure } from "../../entra/token-endpoint.ts";
import { type Failure, unknownConnection } from "../../contract/errors.ts";
import { defined } from "../../contract/defined.ts";
import type { ConnectionLine } from "../../platform/log.ts";
import { err, ok } from "../../contract/result.ts";
import { traced, type SpanFacts } from "../../platform/traced.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";
import { foreignFailure } from "../policy/foreign-tenant.ts";
import { awaitsRoles, rolesLacking } from "../policy/late-roles.ts";
import { tenantFailure } from "../policy/tenant-refusal.ts";
import type { RefreshFacts } from "../../platform/telemetry.ts";
import { refusalOf } from "../observer.ts";
import { recordFailure, stepUpFailure } from "./refresh-failure.ts";
import { recordSuccess, sealTokens, storedToken } from "./refresh-success.ts";
import { blockedBy, entraUnavailable, notConnected, unreadableGrant } from "../policy/remedies.ts";
import { isHeld } from "../policy/grant-kind.ts";
import { appRetryInterval } from "../policy/renewal-policy.ts";
import type {
  ExchangedTokens,
  ExchangeFault,
  PreparedExchange,
  TokenExchanges,
} from "./exchange.ts";
import { MintPause } from "./mint-pause.ts";
import type { Attempt, HeldToken, ResourceKey, TokenCache } from "./token-cache.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";

export interface TokenMintOptions {
  connectionId: string;
  state: ConnectionState;
  cache: TokenCache;
  cipher: TokenCipher;
  exchanges: TokenExchanges;
  /** Of this Worker as browsers see it. */
  publicOrigin: string;
  /** Stands for the application's credential, to notice that it was changed. */
  fingerprint: () => Promise<string>;
  now: () => number;
  random: () => number;
  /** Makes a GUID for a token POST that no request asked for. */
  newRequestId: () => string;
  /** Something changed that the alarm depends on. */
  rearm: () => void;
  /** Called after every POST, once its outcome is written. */
  refreshed: (refresh: RefreshFacts) => void;
  log: (line: ConnectionLine) => void;
}

/** The moment a POST went out: its answer is measured by it. */
interface Start {
  /** Milliseconds. */
  at: number;
  /** Of the grant. */
  generation: number;
  claims: string | undefined;
  /** A GUID: of the request it is made for, or its own. */
  requestId: string;
  /** Of the application's credential. */
  fingerprint: string;
  report: (end: RefreshEnd) => void;
}

/** What is known of a refresh at its end. */
type RefreshEnd = Pick<RefreshFacts, "outcome" | "action" | "aadsts" | "upstream_request_id">;

/**
 * The one token POST. It runs inside the queue, and answers no caller before a new token is durable. How
 * a token is got is decided by the kind of the grant.
 */
export class TokenMint {
  readonly #options: TokenMintOptions;
  readonly #pause = new MintPause();

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
    const { state, cache, exchanges, now } = this.#options;
    if (!state.exists) return err(unknownConnection());
    const fingerprint = await this.#options.fingerprint();
    const grant = state.grant();
    if (attempt.forced !== true) {
      // This turn may have come after another that met a latch, or after a sign-in.
      const row = state.tokens.read(key);
      const blocked = blockedBy(grant, row, { now: now(), fingerprint });
      if (blocked !== undefined) return err(blocked);
      // What a latch stopped stays stopped, though it may be valid: a probe asks Entra.
      const need = { minValiditySeconds: 0, ...attempt };
      const stored = await cache.read(key.resource, key.tenantId, need);
      if (stored !== undefined) return ok(stored);
      const pause = this.#pause.remaining(now());
      if (pause > 0) return err(entraUnavailable(pause / 1_000));
    }
    if (!isHeld(grant)) return err(notConnected(grant.kind, now()));
    const prepared = await exchanges[grant.kind].prepare(key, grant);
    if (!prepared.ok) return err(this.#unprepared(key, prepared.error));

    const at = now();
    const requestId = attempt.requestId?.() ?? this.#options.newRequestId();
    const facts = { resource: key.resource, attempt: this.#attempt(key) };
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
        const start = { at, generation, claims, requestId, fingerprint, report };
        const outcome = await this.#redeem(key, start, prepared.value);
        this.#pause.end();
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
    return this.#refused(key, this.#scoped(key, stepUpFailure(claims)));
  }

  /** A token of the application that holds no permission for what it was used for. */
  rolesLacking(key: ResourceKey): Failure {
    return this.#refused(key, rolesLacking());
  }

  /** Writes that a resource refused a token that is held. */
  #refused(key: ResourceKey, cause: TokenFailure): Failure {
    const attempt = this.#attempt(key);
    const failed = this.#record(key, cause, { fingerprint: "", endsIntent: false });
    const { resource } = key;
    this.#options.refreshed({ resource, duration_ms: 0, waiters: 1, attempt, ...refusalOf(cause) });
    return failed;
  }

  async #redeem(
    key: ResourceKey,
    started: Start,
    exchange: PreparedExchange,
  ): Promise<Outcome<HeldToken>> {
    const { state, rearm } = this.#options;
    const { claims, generation, requestId } = started;
    state.tokens.putIntent(key, generation, started.at);
    rearm();
    const answer = await exchange.send({ claims, requestId });
    if (answer.ok && this.#lacksRoles(key, answer.value))
      return this.#refuse(key, started, rolesLacking());
    if (answer.ok) return this.#keep(key, started, answer.value);
    // A challenge that Entra does not answer silently is one for the user, at the next sign-in.
    return this.#refuse(key, started, { ...defined({ claims }), ...answer.error });
  }

  #refuse(key: ResourceKey, started: Start, refusal: TokenFailure): Outcome<never> {
    const cause = this.#scoped(key, refusal);
    if (this.#fenced(started.generation)) return this.#superseded(started, cause.requestId);
    const { fingerprint, report } = started;
    const failed = this.#record(key, cause, { fingerprint, endsIntent: true });
    report(refusalOf(cause));
    return err(failed);
  }

  /** Another token without roles undoes no latch that waits for them. */
  #lacksRoles(key: ResourceKey, { app }: ExchangedTokens): boolean {
    const { state } = this.#options;
    if (!state.exists || app?.roles.length !== 0) return false;
    return awaitsRoles(state.grant(), state.tokens.read(key));
  }

  /** Waits after a POST whose outcome could not be written. */
  #beginPause(key: ResourceKey, generation: number): void {
    const { state, now, random, rearm } = this.#options;
    const until = this.#pause.begin(now(), random());
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
    const { kind, tenant_id: home } = state.grant();
    if (kind === "tenant") return tenantFailure(cause);
    return tenantId === home ? cause : foreignFailure(cause, tenantId, home);
  }

  #attempt(key: ResourceKey): number {
    return (this.#options.state.tokens.read(key)?.attempts ?? 0) + 1;
  }

  /** Writes a failure in its scope; what a latch covers is served no more, though it may be valid. */
  #record(
    key: ResourceKey,
    cause: TokenFailure,
    of: { fingerprint: string; endsIntent: boolean },
  ): Failure {
    const { state, cache, publicOrigin, now, random, rearm } = this.#options;
    const { latch } = cause.disposition;
    const failed = recordFailure(state, key, cause, {
      now: now(),
      random: random(),
      publicOrigin,
      ...of,
    });
    if (latch === "connection") cache.forget();
    if (latch === "resource") cache.drop(key);
    rearm();
    return failed;
  }

  async #keep(
    key: ResourceKey,
    started: Start,
    answer: ExchangedTokens,
  ): Promise<Outcome<HeldToken>> {
    const { state, cache, cipher, connectionId, now, rearm } = this.#options;
    const sealed = await sealTokens(cipher, answer);
    if (this.#fenced(started.generation)) return this.#superseded(started, answer.requestId);

    const stored = storedToken(key, answer, {
      sealed: sealed.accessToken,
      connectionId,
      issuedAt: started.at,
      generation: started.generation + 1,
    });
    const roles = key.resource === "graph" ? answer.app?.roles : undefined;
    recordSuccess(state, stored, { now: now(), roles, refreshToken: sealed.refreshToken });
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
    const { state, now } = this.#options;
    started.report({
      outcome: "superseded",
      ...defined({ upstream_request_id: upstreamRequestId }),
    });
    if (!state.exists) return err(unknownConnection());
    state.tokens.clearIntent();
    return err(notConnected(state.kind, now()));
  }

  #unprepared(key: ResourceKey, fault: ExchangeFault): Failure {
    if (fault.kind === "refused") return fault.failure;
    const { state, now, rearm, log } = this.#options;
    // Nothing can be renewed until the key is back: no attempt is made sooner than for a bad secret.
    state.tokens.fail(key, state.tokens.read(key)?.attempts ?? 0, now() + appRetryInterval);
    rearm();
    log({ level: "error", event: "grant_unreadable", code: fault.fault });
    return unreadableGrant(fault.fault);
  }
}
