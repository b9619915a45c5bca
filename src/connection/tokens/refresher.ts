import { appTokenFacts } from "../../entra/app-token.ts";
import type { Resource } from "../../entra/resource.ts";
import { conflict, failure, type Failure, unknownConnection } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";
import { isHeld } from "../policy/grant-kind.ts";
import { blockedBy, latchedBy, notConnected } from "../policy/remedies.ts";
import { forcedRefreshInterval } from "../policy/renewal-policy.ts";
import { mostResources } from "../policy/resource-limit.ts";
import type { Attempt, HeldToken, ResourceKey, TokenCache, TokenNeed } from "./token-cache.ts";
import type { TokenMint } from "./token-mint.ts";
import type { TokenQueue } from "./token-queue.ts";

export interface TokenRequest extends TokenNeed {
  resource: Resource;
  /** Default: the tenant of the grant. */
  tenantId?: string;
  /** The id of the request that asks, for the log; read only where a token is asked of Entra. */
  requestId?: () => string | undefined;
  /**
   * {@link ConnectionState.ends} when the call came, by default now: an account that signed in since must not
   * be used for it.
   */
  ends?: number;
  /** The connection's own call: its token counts as unused. */
  own?: boolean;
}

/** A token POST that is out or waits for its turn, the claims it brings, and how many wait for it. */
interface Flight {
  claims: string | undefined;
  answer: Promise<Outcome<HeldToken>>;
  waiters: number;
}

export interface RefresherOptions {
  state: ConnectionState;
  cache: TokenCache;
  mint: TokenMint;
  queue: TokenQueue;
  fingerprint: () => Promise<string>;
  now: () => number;
  rearm: () => void;
}

/** Decides who is served, who waits and who starts a renewal: callers of one resource share a flight. */
export class Refresher {
  readonly #options: RefresherOptions;
  readonly #flights = new Map<string, Flight>();
  #forcedAt = -Infinity;
  #renewals = 0;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** A token POST is out, or waits for its turn. */
  get inFlight(): boolean {
    return this.#flights.size > 0;
  }

  /** Renewals that the alarm set out to make in the life of this object. */
  get renewals(): number {
    return this.#renewals;
  }

  /**
   * A token that a call can use now. A token past its renewal time is served and renewed behind the
   * caller; an expired or refused one is waited for.
   */
  async token(request: TokenRequest): Promise<Outcome<HeldToken>> {
    const { state, cache, now } = this.#options;
    const { ends = state.ends } = request;
    const ended = () => err(notConnected(state.kind, now()));
    if (ends !== state.ends) return ended();
    const held = cache.peek(request.resource, request.tenantId, request);
    if (held !== undefined) {
      this.#serve(request, held);
      return ok(held);
    }
    if (!state.exists) return err(unknownConnection());
    const loaded = await this.#load(request);
    return ends === state.ends ? loaded : ended();
  }

  /**
   * Refreshes on demand, in the tenant of the grant and whatever latch stands: joins a POST that is
   * already out, and makes at most one in ten seconds. Without a grant it does not wait for a sign-in
   * that may be under way.
   */
  async force(resource: Resource): Promise<Outcome<void>> {
    const { state, now } = this.#options;
    if (!state.exists) return err(unknownConnection());
    const grant = state.grant();
    if (!isHeld(grant)) return err(notConnected(grant.kind, now()));
    const key = { resource, tenantId: grant.tenant_id ?? "" };
    const running = this.#flights.get(idOf(key));
    if (running === undefined) {
      if (now() - this.#forcedAt < forcedRefreshInterval) return ok(undefined);
      this.#forcedAt = now();
    } else {
      running.waiters += 1;
    }
    const answer = await (running?.answer ?? this.#fly(key, { forced: true }, 1));
    return answer.ok ? ok(undefined) : answer;
  }

  /**
   * A second challenge on a token minted for the first: only its user can answer, at sign-in. Where
   * one has been, or the end of the connection, while the call was out, it says nothing any more.
   */
  stepUp(resource: Resource, refused: HeldToken, claims: string): Failure {
    const { state, mint } = this.#options;
    const key = { resource, tenantId: refused.tenantId };
    if (state.tokens.read(key)?.generation === refused.generation) {
      return mint.stepUp(key, claims);
    }
    return failure(
      "upstream_unavailable",
      "The connection changed while this call was under way; send it again.",
      { retry_after: 1 },
    );
  }

  /**
   * A token of the application that a resource refused because it holds no permission: nobody sends it
   * again, and roles that arrive are waited for. Where another token came meanwhile, it says nothing.
   *
   * @returns undefined when the token has roles, and the refusal is about what they allow
   */
  rolesLacking(resource: Resource, refused: HeldToken): Failure | undefined {
    const { state, mint } = this.#options;
    if (state.kind !== "tenant" || appTokenFacts(refused.token)?.roles.length !== 0) {
      return undefined;
    }
    const key = { resource, tenantId: refused.tenantId };
    const row = state.exists ? state.tokens.read(key) : undefined;
    return row?.generation === refused.generation ? mint.rolesLacking(key) : undefined;
  }

  /** Renews what the alarm found due. */
  renew(key: ResourceKey): Promise<Outcome<HeldToken>> {
    this.#renewals += 1;
    return this.#fly(key, { staleGeneration: this.#options.state.tokens.read(key)?.generation }, 0);
  }

  async #load(request: TokenRequest): Promise<Outcome<HeldToken>> {
    const { state, cache, now } = this.#options;
    const stored = await cache.read(request.resource, request.tenantId, request);
    if (stored !== undefined) {
      this.#serve(request, stored);
      return ok(stored);
    }
    if (!state.exists) return err(unknownConnection());
    const grant = state.grant();
    const key = { resource: request.resource, tenantId: request.tenantId ?? grant.tenant_id ?? "" };
    const row = state.tokens.read(key);
    const latch = latchedBy(grant, row, now());
    if (latch !== undefined) return err(latch);

    // Checked before the queue: a token that may not be renewed need not wait for another resource's POST.
    const fingerprint = await this.#options.fingerprint();
    const blocked = blockedBy(grant, row, { now: now(), fingerprint });
    const answer = blocked === undefined ? await this.#fly(key, request, 1) : err(blocked);
    if (answer.ok) {
      this.#serve(request, answer.value);
      return answer;
    }
    // Trouble that passes does not take away a token that still works.
    const refused = request.staleGeneration !== undefined;
    if (refused || answer.error.code === "action_required") return answer;
    const lasting = await cache.read(key.resource, key.tenantId, { minValiditySeconds: 0 });
    return lasting === undefined ? answer : ok(lasting);
  }

  /** Notes a token's first use, and starts the renewal behind the caller once it is due. */
  #serve(request: TokenRequest, held: HeldToken): void {
    const { now, state, rearm } = this.#options;
    const key = { resource: request.resource, tenantId: held.tenantId };
    if (!held.used && request.own !== true) {
      held.used = true;
      state.tokens.markUsed(key, now());
      rearm();
    }
    if (now() < held.refreshAt || this.#flights.has(idOf(key))) return;
    if ((state.tokens.read(key)?.retry_at ?? 0) > now()) return;
    const attempt = { staleGeneration: held.generation, requestId: request.requestId };
    void this.#fly(key, attempt, 0).catch(() => undefined);
  }

  /** @param waiters callers that wait for it: one, or none when it is made behind them */
  #fly(key: ResourceKey, attempt: Attempt, waiters: 0 | 1): Promise<Outcome<HeldToken>> {
    const { queue, mint, state, now } = this.#options;
    const { claims } = attempt;
    const { ends } = state;
    const running = this.#flights.get(idOf(key));
    // A flight without the claims of a challenge ends in a token that is challenged again.
    if (running !== undefined && (claims === undefined || claims === running.claims)) {
      running.waiters += waiters;
      return running.answer;
    }
    const answer = queue
      .run(async () => {
        // The tenant of the key is that of an account that is gone: another may have signed in since.
        if (ends !== state.ends) return err(notConnected(state.kind, now()));
        if (!this.#hasRoomFor(key)) return err(noRoom());
        return mint.mint(key, attempt, () => flight.waiters);
      })
      .finally(() => {
        if (this.#flights.get(idOf(key)) === flight) this.#flights.delete(idOf(key));
      });
    const flight: Flight = { claims, answer, waiters };
    this.#flights.set(idOf(key), flight);
    return answer;
  }

  #hasRoomFor(key: ResourceKey): boolean {
    const { state, now } = this.#options;
    if (!state.exists) return true;
    const { tenant_id: home, required_resources: required, remedy, claims } = state.grant();
    const hasRoom = state.tokens.hasRoomFor(key, { home, required, now: now() });
    // The latch that claims waited for may be among what was evicted.
    if (claims !== null && remedy === null && !state.tokens.isAnyLatched()) {
      state.grants.update({ claims: null });
    }
    return hasRoom;
  }
}

const noRoom = (): Failure =>
  conflict(
    "too_many_resources",
    `This connection holds access tokens for ${mostResources} resources already: one that is no longer used has to end first.`,
  );

const idOf = ({ resource, tenantId }: ResourceKey): string => `${resource} ${tenantId}`;
