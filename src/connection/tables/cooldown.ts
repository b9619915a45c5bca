import type { CooldownReason } from "../../contract/connection-info.ts";

/** What answered 429, and until when it is left alone. */
export type Cooldown = {
  /** The throttle scope; of a cool-down that an earlier version opened, its service. */
  scope: string;
  /** `graph`, `arm`, `vault` or `storage`. */
  service: string;
  /** Milliseconds since the epoch. */
  until: number;
  reason: CooldownReason;
};

/** A 429 without Retry-After still means wait. */
const defaultSeconds = 1;
/** A caller names mailboxes, drives and subscriptions without end: no more than this are kept. */
const mostKept = 48;

/** @param retryAfterSeconds as Microsoft asked, whole and bounded */
export const cooldownEnd = (now: number, retryAfterSeconds = defaultSeconds): number =>
  now + retryAfterSeconds * 1_000;

/** Cool-downs, shared by all callers of the connection and kept over eviction. */
export class Cooldowns {
  readonly #sql: SqlStorage;
  readonly #open = new Map<string, Cooldown>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Reads what an earlier life of this object left; call once the tables exist. */
  load(): void {
    this.#open.clear();
    for (const row of this.#sql.exec<Cooldown>("SELECT * FROM cooldown").toArray()) {
      this.#open.set(row.scope, row);
    }
  }

  /** Milliseconds until calls of a scope may be made again; 0 when they may be made now. */
  remaining({ scope, service }: Pick<Cooldown, "scope" | "service">, now: number): number {
    if (this.#open.size === 0) return 0;
    // An earlier version's covers its whole service; `graph` means what no narrower scope covers.
    const names = service === "graph" ? [scope] : [scope, service];
    return Math.max(0, ...names.map((name) => (this.#open.get(name)?.until ?? 0) - now));
  }

  /** Opens or prolongs a cool-down; true when the scope was not cooling down before. */
  start(cooldown: Cooldown, now: number): boolean {
    const remaining = this.remaining(cooldown, now);
    if (cooldown.until - now <= remaining) return false;
    this.#makeRoom(now);
    this.#open.set(cooldown.scope, cooldown);
    this.#sql.exec(
      "INSERT OR REPLACE INTO cooldown (scope, service, until, reason) VALUES (?, ?, ?, ?)",
      cooldown.scope,
      cooldown.service,
      cooldown.until,
      cooldown.reason,
    );
    return remaining === 0;
  }

  /** Deletes them all, which may still fail: {@link clear} what is known of them once it is done. */
  remove(): void {
    this.#sql.exec("DELETE FROM cooldown");
  }

  /** Forgets what was read of rows that are gone. */
  clear(): void {
    this.#open.clear();
  }

  list(now: number): Cooldown[] {
    return [...this.#open.values()].filter((cooldown) => cooldown.until > now);
  }

  /** Deletes what is over and, of too many, those that end first. */
  #makeRoom(now: number): void {
    const byEnd = [...this.#open.values()].sort((one, other) => one.until - other.until);
    const surplus = byEnd.length + 1 - mostKept;
    byEnd.forEach(({ scope, until }, place) => {
      if (until > now && place >= surplus) return;
      this.#open.delete(scope);
      this.#sql.exec("DELETE FROM cooldown WHERE scope = ?", scope);
    });
  }
}
