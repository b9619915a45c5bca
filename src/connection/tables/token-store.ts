import { jsonColumn } from "./json-column.ts";
import { storedRemedySchema } from "../../contract/remedy-schema.ts";
import type { StoredRemedy } from "../../contract/remedy.ts";
import { mostResources } from "../policy/resource-limit.ts";

/** One access token: one resource in one tenant. `token` is ciphertext. */
export interface TokenRow {
  resource: string;
  tenant_id: string;
  token: string | null;
  issued_at: number | null;
  expires_at: number | null;
  refresh_at: number | null;
  first_used_at: number | null;
  generation: number;
  remedy: StoredRemedy | null;
  probed_at: number | null;
  attempts: number;
  retry_at: number | null;
}

const columns =
  "resource, tenant_id, token, issued_at, expires_at, refresh_at, first_used_at, generation, remedy, probed_at, attempts, retry_at";

/** The tables are STRICT: what a column holds was checked when it was written. */
type TokenColumns = Omit<TokenRow, "remedy"> & { remedy: string | null };

const remedyColumn = jsonColumn(storedRemedySchema);

const tokenRow = (row: TokenColumns): TokenRow => ({
  ...row,
  remedy: row.remedy === null ? null : remedyColumn.parse(row.remedy),
});

/** What is needed of a token to serve it, and the grant's own tenant. */
export type ServableRow = Pick<
  TokenRow,
  "tenant_id" | "issued_at" | "expires_at" | "refresh_at" | "first_used_at" | "generation" | "token"
> & { home_tenant_id: string | null };

/** A token POST that is out, or was when the process died. */
export type RefreshIntent = {
  resource: string;
  tenant_id: string;
  generation: number;
  started_at: number;
};

export interface TokenKey {
  resource: string;
  tenantId: string;
}

export interface StoredToken extends TokenKey {
  token: string;
  scopes: readonly string[];
  issuedAt: number;
  expiresAt: number;
  refreshAt: number;
  generation: number;
}

/** What may not go to make room: refusals at home are part of the status. */
export interface RoomTerms {
  /** Tenant of the grant. */
  home: string | null;
  /** Resources that were required at sign-in. */
  required: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}

/** The ledger of access tokens and the intent of the POST that is out. */
export class TokenStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  read({ resource, tenantId }: TokenKey): TokenRow | undefined {
    const [row] = this.#sql
      .exec<TokenColumns>(
        `SELECT ${columns} FROM access_token WHERE resource = ? AND tenant_id = ?`,
        resource,
        tenantId,
      )
      .toArray();
    return row && tokenRow(row);
  }

  /**
   * A token that no latch stops: all that a call needs, in the one statement an object begins with.
   *
   * @param tenantId default: the grant's own
   */
  servable(resource: string, tenantId: string | undefined): ServableRow | undefined {
    return this.#sql
      .exec<ServableRow>(
        `SELECT t.tenant_id, token, issued_at, expires_at, refresh_at, first_used_at, t.generation,
           g.tenant_id AS home_tenant_id
         FROM grant AS g JOIN access_token AS t ON t.tenant_id = coalesce(?, g.tenant_id)
         WHERE resource = ? AND token IS NOT NULL AND g.remedy IS NULL AND t.remedy IS NULL`,
        tenantId ?? null,
        resource,
      )
      .toArray()[0];
  }

  list(): TokenRow[] {
    return this.#sql
      .exec<TokenColumns>(`SELECT ${columns} FROM access_token ORDER BY resource, tenant_id`)
      .toArray()
      .map(tokenRow);
  }

  /** Whether any resource is latched. */
  isAnyLatched(): boolean {
    return this.list().some(({ remedy }) => remedy !== null);
  }

  /** A new token clears the latch, the failures and the use of its predecessor. */
  put(token: StoredToken): void {
    this.#sql.exec(
      `INSERT INTO access_token
        (resource, tenant_id, token, scopes, issued_at, expires_at, refresh_at, generation)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
        token = excluded.token, scopes = excluded.scopes, issued_at = excluded.issued_at,
        expires_at = excluded.expires_at, refresh_at = excluded.refresh_at,
        generation = excluded.generation, first_used_at = NULL, remedy = NULL, probed_at = NULL,
        attempts = 0, retry_at = NULL`,
      token.resource,
      token.tenantId,
      token.token,
      JSON.stringify(token.scopes),
      token.issuedAt,
      token.expiresAt,
      token.refreshAt,
      token.generation,
    );
  }

  /** When a token that is still here was first used, or null: the grant remembers earlier ones. */
  lastFirstUse(): number | null {
    const used = this.#sql.exec("SELECT max(first_used_at) AS used FROM access_token").one()[
      "used"
    ];
    return typeof used === "number" ? used : null;
  }

  markUsed({ resource, tenantId }: TokenKey, now: number): void {
    this.#sql.exec(
      "UPDATE access_token SET first_used_at = ? WHERE resource = ? AND tenant_id = ?",
      now,
      resource,
      tenantId,
    );
  }

  /** Counts a failed attempt; the token that may still be valid stays. */
  fail({ resource, tenantId }: TokenKey, attempts: number, retryAt: number): void {
    this.#sql.exec(
      `INSERT INTO access_token (resource, tenant_id, attempts, retry_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET attempts = excluded.attempts, retry_at = excluded.retry_at`,
      resource,
      tenantId,
      attempts,
      retryAt,
    );
  }

  latch({ resource, tenantId }: TokenKey, remedy: StoredRemedy, now: number): void {
    this.#sql.exec(
      `INSERT INTO access_token (resource, tenant_id, remedy, probed_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET remedy = excluded.remedy, probed_at = excluded.probed_at, retry_at = NULL`,
      resource,
      tenantId,
      JSON.stringify(remedy),
      now,
    );
  }

  /**
   * Whether a token may be asked for. A caller could fill the table with names of resources. From a
   * full table a refusal, or a token that ended unused or latched, is evicted, the oldest first. What
   * was evicted is asked for anew when it is needed.
   */
  hasRoomFor(key: TokenKey, { home, required, now }: RoomTerms): boolean {
    const count = () =>
      Number(this.#sql.exec("SELECT count(*) AS rows FROM access_token").one()["rows"]);
    const surplus = count() + 1 - mostResources;
    if (surplus <= 0 || this.read(key) !== undefined) return true;
    this.#sql.exec(
      `DELETE FROM access_token WHERE (resource, tenant_id) IN
        (SELECT resource, tenant_id FROM access_token
         WHERE (token IS NULL
            OR (expires_at <= ? AND (first_used_at IS NULL OR remedy IS NOT NULL)))
          AND NOT (tenant_id IS ? AND resource IN (SELECT value FROM json_each(?)))
         ORDER BY token IS NOT NULL,
          max(coalesce(probed_at, 0), coalesce(retry_at, 0), coalesce(expires_at, 0)) LIMIT ?)`,
      now,
      home,
      JSON.stringify(required),
      surplus,
    );
    return count() < mostResources;
  }

  clear(): void {
    this.#sql.exec("DELETE FROM access_token");
    this.clearIntent();
  }

  intent(): RefreshIntent | undefined {
    return this.#sql
      .exec<RefreshIntent>("SELECT resource, tenant_id, generation, started_at FROM refresh_intent")
      .toArray()[0];
  }

  putIntent({ resource, tenantId }: TokenKey, generation: number, now: number): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO refresh_intent (id, resource, tenant_id, generation, started_at)
       VALUES (1, ?, ?, ?, ?)`,
      resource,
      tenantId,
      generation,
      now,
    );
  }

  clearIntent(): void {
    this.#sql.exec("DELETE FROM refresh_intent");
  }
}
