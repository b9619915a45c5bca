/** A service that answered 429, and until when it is left alone. */
export interface Cooldown {
  service: string;
  until: number;
  reason: string;
}

/** A 429 without Retry-After still means wait. */
const defaultSeconds = 1;
/** A longer wait than this is taken as a mistake, and tried again then. */
const maximumSeconds = 15 * 60;

export const cooldownEnd = (now: number, retryAfterSeconds: number | undefined): number =>
  now + Math.min(maximumSeconds, Math.max(retryAfterSeconds ?? defaultSeconds, 0)) * 1_000;

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
    for (const row of this.#sql.exec("SELECT * FROM cooldown").toArray()) {
      const service = String(row["service"]);
      this.#open.set(service, {
        service,
        until: Number(row["until"]),
        reason: String(row["reason"]),
      });
    }
  }

  /** Milliseconds until the service may be called again; 0 when it may be called now. */
  remaining(service: string, now: number): number {
    return Math.max(0, (this.#open.get(service)?.until ?? 0) - now);
  }

  /** Opens or prolongs a cool-down; true when the service was not cooling down before. */
  start(cooldown: Cooldown, now: number): boolean {
    const remaining = this.remaining(cooldown.service, now);
    if (cooldown.until - now <= remaining) return false;
    this.#open.set(cooldown.service, cooldown);
    this.#sql.exec(
      "INSERT OR REPLACE INTO cooldown (service, until, reason) VALUES (?, ?, ?)",
      cooldown.service,
      cooldown.until,
      cooldown.reason,
    );
    return remaining === 0;
  }

  clear(): void {
    this.#open.clear();
  }

  list(now: number): Cooldown[] {
    return [...this.#open.values()].filter((cooldown) => cooldown.until > now);
  }
}
