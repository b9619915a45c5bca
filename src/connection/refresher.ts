import type { Cloud } from "../entra/cloud.ts";
import { defaultScopeOf, type Resource } from "../entra/resource.ts";
import { authorityTenant } from "../entra/tenant.ts";
import type { TokenEndpoint, TokenFailure, TokenSet } from "../entra/token-endpoint.ts";
import { failure, type Failure } from "../errors.ts";
import { err, ok } from "../result.ts";
import type { ConnectionLogLine } from "../log.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { Outcome } from "./contract.ts";
import { recordFailure, stepUpFailure } from "./refresh-failure.ts";
import {
  actionRequired,
  blockedBy,
  latchedBy,
  signInRemedy,
  type RemedyLinks,
} from "./remedies.ts";
import { forcedRefreshInterval, isFresh, refreshAt, spreadOf } from "./renewal-policy.ts";
import type { TokenCipher } from "./token-cipher.ts";
import type { TokenQueue } from "./token-queue.ts";
import type { TokenKey, TokenRow } from "./token-store.ts";

/** An access token in clear, on its way to a call. */
export interface LiveToken {
  token: string;
  tenantId: string;
  expiresAt: number;
  generation: number;
}

export interface TokenRequest {
  resource: Resource;
  /** Default: the tenant of the grant. */
  tenantId?: string;
  minValiditySeconds: number;
  /** Generation of a token that was refused: replaced only while it is still the current one. */
  staleGeneration?: number;
  /** A claims challenge (JSON) to answer with the next token. */
  claims?: string;
}

export interface RefresherOptions {
  connectionId: string;
  state: ConnectionState;
  cipher: TokenCipher;
  queue: TokenQueue;
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

interface Held extends LiveToken {
  issuedAt: number;
  refreshAt: number;
  used: boolean;
}

interface ResourceKey extends TokenKey {
  resource: Resource;
}

interface Attempt {
  minValiditySeconds?: number;
  staleGeneration?: number | undefined;
  claims?: string;
  /** Try although a latch or a back-off stands: somebody asked for it. */
  forced?: boolean;
}

/**
 * The only code that sees a refresh token in clear and redeems it. Callers of one resource share one
 * flight, flights queue, and nobody is answered before a new token is durable.
 */
export class Refresher {
  readonly #options: RefresherOptions;
  readonly #flights = new Map<string, Promise<Outcome<Held>>>();
  /** Tokens in clear, while this object lives; empty entries mean nothing, latches empty it. */
  readonly #held = new Map<string, Held>();
  #epoch = 0;
  #forcedAt = -Infinity;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** Drops every token held in memory: what is served next is read from the tables. */
  forget(): void {
    this.#epoch += 1;
    this.#held.clear();
  }

  get inFlight(): boolean {
    return this.#flights.size > 0;
  }

  /**
   * A token that a call can use now. A token past its renewal time is served and renewed behind the
   * caller; an expired or refused one is waited for.
   */
  async token(request: TokenRequest): Promise<Outcome<LiveToken>> {
    const { now, state } = this.#options;
    const held = this.#held.get(idOf(request.resource, request.tenantId));
    if (
      held !== undefined &&
      held.generation !== request.staleGeneration &&
      isFresh(held, request.minValiditySeconds, now())
    ) {
      this.#serve(request, held);
      return ok(held);
    }
    if (!state.exists) return err(unknownConnection());
    return this.#load(request);
  }

  /**
   * Refreshes because somebody asked, whatever latch stands: joins a POST that is already out, and
   * makes at most one in ten seconds.
   */
  async force(key: ResourceKey): Promise<Outcome<void>> {
    const { now } = this.#options;
    const running = this.#flights.get(idOf(key.resource, key.tenantId));
    if (running === undefined && now() - this.#forcedAt < forcedRefreshInterval)
      return ok(undefined);
    if (running === undefined) this.#forcedAt = now();
    const answer = await (running ?? this.#fly(key, { forced: true }));
    return answer.ok ? ok(undefined) : answer;
  }

  /** A second challenge on a token minted for the first: only its user can answer, at sign-in. */
  stepUp(key: ResourceKey, claims: string): Failure {
    return this.#record(key, stepUpFailure(claims), "");
  }

  /** Renews what the alarm found due. */
  renew(key: ResourceKey): Promise<Outcome<LiveToken>> {
    return this.#fly(key, { staleGeneration: this.#options.state.tokens.read(key)?.generation });
  }

  async #load(request: TokenRequest): Promise<Outcome<LiveToken>> {
    const { state, now, links } = this.#options;
    const fingerprint = await this.#options.fingerprint();
    const grant = state.grant();
    const key = { resource: request.resource, tenantId: request.tenantId ?? grant.tenant_id ?? "" };
    const row = state.tokens.read(key);
    const latch = latchedBy(grant, row, now());
    if (latch !== undefined) return err(latch);

    const probing = grant.remedy !== null || (row !== undefined && row.remedy !== null);
    const stored = probing
      ? undefined
      : await this.#stored(key, request.minValiditySeconds, request.staleGeneration);
    const blocked = blockedBy(grant, row, { now: now(), fingerprint, links });
    const answer: Outcome<Held> =
      stored !== undefined
        ? ok(stored)
        : blocked !== undefined
          ? err(blocked)
          : await this.#fly(key, request);
    if (answer.ok) {
      this.#serve(request, answer.value);
      return answer;
    }
    // Trouble that passes does not take away a token that still works.
    if (answer.error.code === "action_required" || request.staleGeneration !== undefined) {
      return answer;
    }
    const lasting = await this.#stored(key, 0);
    return lasting === undefined ? answer : ok(lasting);
  }

  /** The token in the table, in clear, when it serves and is not the one that was refused. */
  async #stored(
    key: ResourceKey,
    minValiditySeconds: number,
    staleGeneration?: number,
  ): Promise<Held | undefined> {
    const { state, cipher, now, log } = this.#options;
    const row = state.exists ? state.tokens.read(key) : undefined;
    const complete = row === undefined ? undefined : completeRow(row);
    if (complete === undefined || complete.generation === staleGeneration) return undefined;
    if (!isFresh(complete, minValiditySeconds, now())) return undefined;
    const epoch = this.#epoch;
    const opened = await cipher.open("access_token", complete.token);
    // A latch, a sign-in or a disconnect came between: what was read may no longer be served.
    if (this.#epoch !== epoch) return undefined;
    if (!opened.ok) {
      // An unreadable token is only a lost one: the grant can mint another.
      log({ level: "warn", event: "token_unreadable", resource: key.resource, code: opened.error });
      return undefined;
    }
    const held = { ...complete, token: opened.value };
    this.#hold(key, held);
    return held;
  }

  /** Notes a token's first use, and starts the renewal behind the caller once it is due. */
  #serve(request: TokenRequest, held: Held): void {
    const { now, state, rearm } = this.#options;
    const key = { resource: request.resource, tenantId: held.tenantId };
    if (!held.used) {
      held.used = true;
      state.tokens.markUsed(key, now());
      state.grants.update({ last_used_at: now() });
      rearm();
    }
    if (now() < held.refreshAt || this.#flights.has(idOf(key.resource, key.tenantId))) return;
    if ((state.tokens.read(key)?.retry_at ?? 0) > now()) return;
    void this.#fly(key, { staleGeneration: held.generation }).catch(() => undefined);
  }

  #fly(key: ResourceKey, attempt: Attempt): Promise<Outcome<Held>> {
    const id = idOf(key.resource, key.tenantId);
    const running = this.#flights.get(id);
    if (running !== undefined) return running;
    const flight = this.#options.queue
      .run(() => this.#mint(key, attempt))
      .finally(() => this.#flights.delete(id));
    this.#flights.set(id, flight);
    return flight;
  }

  /** The one token POST: intent, answer, and one transaction that is fenced by the generation. */
  async #mint(key: ResourceKey, attempt: Attempt): Promise<Outcome<Held>> {
    const { state, cipher, endpoint, now, links, rearm } = this.#options;
    if (!state.exists) return err(unknownConnection());
    const fingerprint = await this.#options.fingerprint();
    const grant = state.grant();
    const row = state.tokens.read(key);
    // The flight may have waited behind another that met a latch, or behind a sign-in.
    const blocked = attempt.forced
      ? undefined
      : blockedBy(grant, row, { now: now(), fingerprint, links });
    if (blocked !== undefined) return err(blocked);
    // Whoever refused an older token is served by the one that a sign-in stored meanwhile.
    const stored = attempt.forced
      ? undefined
      : await this.#stored(key, attempt.minValiditySeconds ?? 0, attempt.staleGeneration);
    if (stored !== undefined) return ok(stored);
    if (grant.refresh_token === null) return err(actionRequired(signInRemedy(links, now())));
    const opened = await cipher.open("refresh_token", grant.refresh_token);
    if (!opened.ok) return err(this.#unreadableGrant(opened.error));

    const startedAt = now();
    state.tokens.putIntent(key, grant.generation, startedAt);
    rearm();
    const answer = await endpoint.refresh({
      tenant: authorityTenant(key.tenantId),
      refreshToken: opened.value,
      scopes: [defaultScopeOf(key.resource, this.#options.cloud), "offline_access"],
      ...(attempt.claims !== undefined && { claims: attempt.claims }),
    });
    if (answer.ok) return this.#keep(key, grant.generation, startedAt, answer.value);
    if (this.#fenced(grant.generation)) return this.#superseded();
    return err(this.#record(key, answer.error, fingerprint));
  }

  async #keep(
    key: ResourceKey,
    generationAtStart: number,
    startedAt: number,
    answer: TokenSet,
  ): Promise<Outcome<Held>> {
    const { state, cipher, connectionId, now, rearm } = this.#options;
    const sealed = await cipher.seal("access_token", answer.accessToken);
    // Entra may answer without a new refresh token: the old one stays valid and is kept.
    const sealedRefresh =
      answer.refreshToken === undefined
        ? undefined
        : await cipher.seal("refresh_token", answer.refreshToken);
    if (this.#fenced(generationAtStart)) return this.#superseded();

    const stored = {
      ...key,
      token: sealed,
      scopes: answer.scopes,
      issuedAt: startedAt,
      expiresAt: startedAt + answer.expiresInSeconds * 1_000,
      refreshAt: refreshAt({
        issuedAt: startedAt,
        lifetimeSeconds: answer.expiresInSeconds,
        spread: spreadOf(`${connectionId} ${key.resource}`),
        ...(answer.refreshInSeconds !== undefined && { refreshInSeconds: answer.refreshInSeconds }),
      }),
      generation: generationAtStart + 1,
    };
    const committedAt = now();
    state.commit(committedAt, (tell) => {
      const grant = state.grant();
      state.tokens.put(stored);
      state.tokens.clearIntent();
      state.grants.update({
        generation: stored.generation,
        scopes: [...new Set([...grant.scopes, ...answer.scopes])],
        last_refresh_at: committedAt,
        remedy: null,
        claims: null,
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
    const held: Held = { ...stored, token: answer.accessToken, used: false };
    this.#hold(key, held);
    rearm();
    return ok(held);
  }

  /** Writes a failure in its scope; what a latch covers is served no more, though it may be valid. */
  #record(key: ResourceKey, cause: TokenFailure, fingerprint: string): Failure {
    const { state, links, now, random, rearm, log } = this.#options;
    const failed = recordFailure(state, key, cause, {
      now: now(),
      random: random(),
      fingerprint,
      links,
    });
    if (cause.disposition.latch === "connection") this.forget();
    if (cause.disposition.latch === "resource") {
      this.#epoch += 1;
      this.#held.delete(idOf(key.resource, key.tenantId));
      this.#held.delete(idOf(key.resource));
    }
    rearm();
    log({
      level: "warn",
      event: "refresh_failed",
      resource: key.resource,
      action: cause.disposition.action,
      code: cause.code,
      ...(cause.requestId !== undefined && { upstream_request_id: cause.requestId }),
    });
    return failed;
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

  #unreadableGrant(fault: string) {
    this.#options.log({ level: "error", event: "grant_unreadable", code: fault });
    return failure(
      "app_misconfigured",
      "The stored grant cannot be decrypted with the configured keys.",
      { details: { variable: "TOKEN_ENCRYPTION_KEYS", reason: fault } },
    );
  }

  #hold(key: TokenKey, held: Held): void {
    this.#held.set(idOf(key.resource, key.tenantId), held);
    // Most calls name no tenant; the same entry serves them.
    if (key.tenantId === this.#options.state.grant().tenant_id)
      this.#held.set(idOf(key.resource), held);
  }
}

const idOf = (resource: string, tenantId = ""): string => `${resource} ${tenantId}`;

export const unknownConnection = () => failure("not_found", "There is no such connection.");

function completeRow(row: TokenRow): (Held & { token: string }) | undefined {
  const { token, issued_at: issuedAt, expires_at: expiresAt, refresh_at: due } = row;
  if (token === null || issuedAt === null || expiresAt === null || due === null) return undefined;
  return {
    token,
    tenantId: row.tenant_id,
    issuedAt,
    expiresAt,
    refreshAt: due,
    generation: row.generation,
    used: row.first_used_at !== null,
  };
}
