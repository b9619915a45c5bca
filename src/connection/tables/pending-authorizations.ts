import * as z from "zod";
import { prompts } from "../../contract/connection-rpc.ts";
import type { RepeatedStage } from "../../contract/connection-rpc.ts";
import { jsonColumn } from "./json-column.ts";

const rowSchema = z.object({
  state_hash: z.string(),
  start: z.enum(["user", "server", "reconnect", "tenant"]),
  tenant: z.string(),
  scopes: jsonColumn(z.array(z.string())),
  redirect_uri: z.string(),
  return_url: z.string().nullable(),
  login_hint: z.string().nullable(),
  prompt: z.enum(prompts).nullable(),
  code_verifier: z.string(),
  nonce: z.string(),
  browser_hash: z.string().nullable(),
  begun_from: z.string().nullable(),
  consumed_at: z.number().nullable(),
  flow_hash: z.string().nullable(),
  candidate: z.string().nullable(),
  finished_at: z.number().nullable(),
  created_at: z.number(),
  expires_at: z.number(),
});

/** A sign-in that was started: `code_verifier` and `candidate` are ciphertext, the others hashes. */
export type PendingAuthorization = z.infer<typeof rowSchema>;

/** The columns that a start fills; the others are filled later. */
export type StartedAuthorization = Omit<
  PendingAuthorization,
  "consumed_at" | "flow_hash" | "candidate" | "finished_at"
>;

/** How far a sign-in has come: `open` while its browser has not come back. */
export function stageOf(row: PendingAuthorization): "open" | RepeatedStage {
  if (row.finished_at !== null) return "finished";
  if (row.candidate !== null) return "awaits_confirmation";
  return row.consumed_at === null ? "open" : "under_way";
}

/** Unfinished sign-ins of one connection at most; as many finished ones are remembered. */
const maximum = 20;

/** Of these, begun by a link: whoever has one must not push out the sign-ins of the host. */
const mostByLinks = 10;

export class PendingAuthorizations {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /**
   * Adds a start. At the maximum it evicts the oldest one whose browser has not come back: first of
   * those that a link began, which evict each other alone, and of these first in the network
   * that began the most. So who presses one link often ends no sign-in that was begun elsewhere. One
   * that is being redeemed, or waits to be confirmed, is never evicted.
   *
   * @returns false when there is nothing to evict
   */
  add(row: StartedAuthorization): boolean {
    this.removeExpired(row.created_at);
    const { open, links } = this.#sql
      .exec<{ open: number; links: number }>(
        `SELECT count(*) AS open, count(begun_from) AS links
         FROM authorization WHERE finished_at IS NULL`,
      )
      .one();
    const byLink = row.begun_from !== null;
    const isFull = open >= maximum || (byLink && links >= mostByLinks);
    if (isFull && !this.#evictOldestUnanswered({ byLink })) return false;
    const entries = Object.entries(row);
    this.#sql.exec(
      `INSERT INTO authorization (${entries.map(([column]) => column).join(", ")})
       VALUES (${entries.map(() => "?").join(", ")})`,
      ...entries.map(([, value]) => (Array.isArray(value) ? JSON.stringify(value) : value)),
    );
    return true;
  }

  #evictOldestUnanswered({ byLink }: { byLink: boolean }): boolean {
    const evicted = this.#sql
      .exec(
        `DELETE FROM authorization WHERE state_hash =
          (SELECT state_hash FROM authorization WHERE consumed_at IS NULL AND (begun_from IS NOT NULL OR NOT ?)
           ORDER BY begun_from IS NOT NULL DESC,
             CASE WHEN begun_from IS NOT NULL THEN count(*) OVER (PARTITION BY begun_from) END DESC,
             created_at, rowid
           LIMIT 1)
         RETURNING state_hash`,
        Number(byLink),
      )
      .toArray();
    return evicted.length > 0;
  }

  /** The sign-in of a state, however far it has come. */
  byState(hash: string, now: number): PendingAuthorization | undefined {
    return this.#one("state_hash = ? AND expires_at > ?", hash, now);
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

  /** Marks a sign-in that led to a grant, and erases its secrets. The row stays until it expires. */
  finish(stateHash: string, now: number): void {
    this.#sql.exec(
      `UPDATE authorization
       SET finished_at = ?, flow_hash = NULL, candidate = NULL, code_verifier = '', nonce = '',
         login_hint = NULL
       WHERE state_hash = ?`,
      now,
      stateHash,
    );
    this.#sql.exec(
      `DELETE FROM authorization WHERE state_hash IN
        (SELECT state_hash FROM authorization WHERE finished_at IS NOT NULL
         ORDER BY finished_at DESC, rowid DESC LIMIT -1 OFFSET ?)`,
      maximum,
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

  /** When the next open sign-in expires, or null when none is. A finished one sets no alarm. */
  nextExpiry(): number | null {
    const expiry = this.#sql
      .exec("SELECT min(expires_at) AS expiry FROM authorization WHERE finished_at IS NULL")
      .one()["expiry"];
    return typeof expiry === "number" ? expiry : null;
  }

  #one(where: string, ...bindings: SqlStorageValue[]): PendingAuthorization | undefined {
    const [row] = this.#sql
      .exec(`SELECT * FROM authorization WHERE ${where}`, ...bindings)
      .toArray();
    return row === undefined ? undefined : rowSchema.parse(row);
  }
}
