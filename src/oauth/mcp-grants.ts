import { DurableObject } from "cloudflare:workers";
import type { Environment } from "../platform/env.ts";
import {
  GrantEntries,
  type AppendedLines,
  type Entry,
  type EntryChange,
  type ListedEntry,
} from "./grant-entries.ts";

/** What the grant store asks of an object. */
export interface GrantsRpc {
  read(key: string): Promise<Entry | undefined>;
  write(change: EntryChange): Promise<boolean>;
  remove(key: string): Promise<boolean>;
  extend(key: string, expiresAt: number): Promise<void>;
  list(prefix: string, limit: number, after?: string): Promise<ListedEntry[]>;
}

/** Milliseconds that what has expired may stay, so that one sweep takes more with it. */
const sweepDelay = 60 * 60_000;

/**
 * Keeps what the authorization server gave out: for one user the grants and tokens of their clients, for
 * one client its registration, for one step of a sign-in what its browser comes back for. Tokens, codes
 * and client secrets are here as hashes alone. For a user it also keeps what agents have called last.
 */
export class McpGrants extends DurableObject<Environment> implements GrantsRpc {
  readonly #entries: GrantEntries;

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    this.#entries = new GrantEntries(ctx.storage.sql, () => Date.now());
  }

  async read(key: string): Promise<Entry | undefined> {
    return this.#entries.read(key);
  }

  async write(change: EntryChange): Promise<boolean> {
    const written = this.#entries.write(change);
    if (written) await this.#arm();
    return written;
  }

  async append(lines: AppendedLines): Promise<void> {
    this.#entries.append(lines);
    await this.#arm();
  }

  async remove(key: string): Promise<boolean> {
    const removed = this.#entries.remove(key);
    if (removed) await this.#endIfEmpty();
    return removed;
  }

  async extend(key: string, expiresAt: number): Promise<void> {
    this.#entries.extend(key, expiresAt);
  }

  async list(prefix: string, limit: number, after?: string): Promise<ListedEntry[]> {
    return this.#entries.list(prefix, limit, after);
  }

  override async alarm(): Promise<void> {
    this.#entries.sweep();
    await this.#endIfEmpty();
    await this.#arm();
  }

  async #arm(): Promise<void> {
    const expiry = this.#entries.nextExpiry();
    if (expiry === undefined) return;
    const { storage } = this.ctx;
    const armed = await storage.getAlarm();
    if (armed === null || armed > expiry + sweepDelay) await storage.setAlarm(expiry + sweepDelay);
  }

  /** An object that holds nothing ceases to be. */
  async #endIfEmpty(): Promise<void> {
    if (!this.#entries.isEmpty) return;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }
}
