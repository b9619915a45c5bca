import type { Resource } from "../../entra/resource.ts";
import type { ConnectionLine } from "../../platform/log.ts";
import type { ConnectionState } from "../connection-state.ts";
import { isFresh } from "../policy/renewal-policy.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import type { ServableRow, TokenKey } from "../tables/token-store.ts";

export interface ResourceKey extends TokenKey {
  resource: Resource;
}

/** An access token in clear, on its way to a call. */
export interface HeldToken {
  token: string;
  tenantId: string;
  issuedAt: number;
  expiresAt: number;
  refreshAt: number;
  generation: number;
  /** Its first use is written down. */
  used: boolean;
  /** The claims challenge (JSON) it was minted for, while this object remembers. */
  claims?: string | undefined;
}

/** What a caller asks of a token. */
export interface TokenNeed {
  minValiditySeconds: number;
  /** Generation of a token that was refused. */
  staleGeneration?: number | undefined;
  /** A claims challenge (JSON): only a token minted for it will do. */
  claims?: string | undefined;
}

/** What is asked of a token POST. */
export interface Attempt extends Partial<TokenNeed> {
  /** Try although a latch or a back-off stands: it was asked for. */
  forced?: boolean;
  /** The id of the request that it is made for, a GUID. */
  requestId?: (() => string | undefined) | undefined;
}

export interface TokenCacheOptions {
  state: ConnectionState;
  cipher: TokenCipher;
  now: () => number;
  log: (line: ConnectionLine) => void;
}

/**
 * Tokens in clear, while this object lives, over the table that holds them encrypted. A latch, a
 * sign-in or a disconnect empties it, so what is found here may be served without asking further.
 */
export class TokenCache {
  readonly #options: TokenCacheOptions;
  readonly #held = new Map<string, HeldToken>();
  #epoch = 0;

  constructor(options: TokenCacheOptions) {
    this.#options = options;
  }

  /** A token in memory that serves; without `tenantId`, of the grant's own tenant. */
  peek(resource: string, tenantId: string | undefined, need: TokenNeed): HeldToken | undefined {
    const held = this.#held.get(idOf(resource, tenantId));
    return held !== undefined && serves(held, need, this.#options.now()) ? held : undefined;
  }

  /**
   * The token in the table, in clear, when it serves and no latch stops it.
   *
   * @param tenantId default: the grant's own
   */
  async read(
    resource: Resource,
    tenantId: string | undefined,
    need: TokenNeed,
  ): Promise<HeldToken | undefined> {
    const { state, cipher, now, log } = this.#options;
    const row = state.exists ? state.tokens.servable(resource, tenantId) : undefined;
    const complete = row === undefined ? undefined : completeRow(row);
    if (row === undefined || complete === undefined) return undefined;
    const known = this.#held.get(idOf(resource, row.tenant_id));
    const stored =
      known?.generation === complete.generation ? { ...complete, claims: known.claims } : complete;
    if (!serves(stored, need, now())) return undefined;
    const epoch = this.#epoch;
    const opened = await cipher.open("access_token", stored.token);
    // Something came between that says what was read may no longer be served.
    if (this.#epoch !== epoch) return undefined;
    if (!opened.ok) {
      // An unreadable token is only a lost one: the grant can mint another.
      log({ level: "warn", event: "token_unreadable", resource, code: opened.error });
      return undefined;
    }
    const held = { ...stored, token: opened.value };
    this.hold({ resource, tenantId: row.tenant_id }, held, row.home_tenant_id);
    return held;
  }

  /** @param homeTenant of the grant */
  hold(key: TokenKey, held: HeldToken, homeTenant: string | null): void {
    this.#held.set(idOf(key.resource, key.tenantId), held);
    // Most calls name no tenant; the same entry serves them.
    if (key.tenantId === homeTenant) this.#held.set(idOf(key.resource), held);
  }

  drop(key: TokenKey): void {
    this.#epoch += 1;
    this.#held.delete(idOf(key.resource, key.tenantId));
    this.#held.delete(idOf(key.resource));
  }

  forget(): void {
    this.#epoch += 1;
    this.#held.clear();
  }
}

const idOf = (resource: string, tenantId = ""): string => `${resource} ${tenantId}`;

const serves = (token: HeldToken, need: TokenNeed, now: number): boolean =>
  token.generation !== need.staleGeneration &&
  (need.claims === undefined || need.claims === token.claims) &&
  isFresh(token, need.minValiditySeconds, now);

function completeRow(row: ServableRow): HeldToken | undefined {
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
