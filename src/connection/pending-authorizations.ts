import * as z from "zod";
import { jsonColumn } from "./json-column.ts";

const rowSchema = z.object({
  state_hash: z.string(),
  start: z.enum(["user", "server"]),
  tenant: z.string(),
  scopes: jsonColumn(z.array(z.string())),
  redirect_uri: z.string(),
  return_url: z.string().nullable(),
  code_verifier: z.string(),
  nonce: z.string(),
  browser_hash: z.string().nullable(),
  consumed_at: z.number().nullable(),
  flow_hash: z.string().nullable(),
  candidate: z.string().nullable(),
  created_at: z.number(),
  expires_at: z.number(),
});

/** A sign-in that was started: `code_verifier` and `candidate` are ciphertext, the rest hashes. */
export type PendingAuthorization = z.infer<typeof rowSchema>;

/** Starts beyond this many at once push out the oldest, so that nobody fills the table. */
const maximumOpen = 20;

export class PendingAuthorizations {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(row: Omit<PendingAuthorization, "consumed_at" | "flow_hash" | "candidate">): void {
    const entries = Object.entries(row);
    this.#sql.exec(
      `INSERT INTO authorization (${entries.map(([column]) => column).join(", ")})
       VALUES (${entries.map(() => "?").join(", ")})`,
      ...entries.map(([, value]) => (Array.isArray(value) ? JSON.stringify(value) : value)),
    );
    this.#sql.exec(
      `DELETE FROM authorization WHERE state_hash NOT IN
        (SELECT state_hash FROM authorization ORDER BY created_at DESC LIMIT ?)`,
      maximumOpen,
    );
  }

  /** An unexpired start whose state nobody used yet. */
  byState(hash: string, now: number): PendingAuthorization | undefined {
    return this.#one("state_hash = ? AND consumed_at IS NULL AND expires_at > ?", hash, now);
  }

  /** A redeemed sign-in that waits to be confirmed. */
  byFlow(hash: string, now: number): PendingAuthorization | undefined {
    return this.#one("flow_hash = ? AND candidate IS NOT NULL AND expires_at > ?", hash, now);
  }

  /** From here on the state is used up, whatever becomes of the sign-in. */
  consume(stateHash: string, now: number): void {
    this.#sql.exec("UPDATE authorization SET consumed_at = ? WHERE state_hash = ?", now, stateHash);
  }

  keepCandidate(stateHash: string, flowHash: string, candidate: string, expiresAt: number): void {
    this.#sql.exec(
      "UPDATE authorization SET flow_hash = ?, candidate = ?, expires_at = ? WHERE state_hash = ?",
      flowHash,
      candidate,
      expiresAt,
      stateHash,
    );
  }

  remove(stateHash: string): void {
    this.#sql.exec("DELETE FROM authorization WHERE state_hash = ?", stateHash);
  }

  removeExpired(now: number): void {
    this.#sql.exec("DELETE FROM authorization WHERE expires_at <= ?", now);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM authorization");
  }

  /** When the next start expires, or null when none is open. */
  nextExpiry(): number | null {
    const expiry = this.#sql.exec("SELECT min(expires_at) AS expiry FROM authorization").one()[
      "expiry"
    ];
    return typeof expiry === "number" ? expiry : null;
  }

  #one(where: string, ...bindings: SqlStorageValue[]): PendingAuthorization | undefined {
    const [row] = this.#sql
      .exec(`SELECT * FROM authorization WHERE ${where}`, ...bindings)
      .toArray();
    return row === undefined ? undefined : rowSchema.parse(row);
  }
}
