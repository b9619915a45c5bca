import * as z from "zod";
import type { ConnectionStatus } from "../contract/connection-info.ts";
import type { RemedyAction } from "../contract/remedy.ts";
import { personalTenantId } from "../entra/tenant.ts";
import {
  directoryColumns,
  directoryEntrySchema,
  overdueEntrySchema,
  ownerColumns,
  type DirectoryEntry,
  type OverdueEntry,
} from "./entry.ts";
import { ConnectionCensus } from "./census.ts";
import { named } from "./fault.ts";
import { PlacementTable } from "./placement-table.ts";

export interface DirectoryQuery {
  status?: ConnectionStatus | undefined;
  userId?: string | undefined;
  remedy?: RemedyAction | undefined;
  /** Only those with a paused sink. */
  paused?: "true" | undefined;
  /** A part of the id or of the account's name; of ASCII letters, in any case. */
  search?: string | undefined;
  /** False: connections of users only. */
  tenants: boolean;
  /** Connection id that ended the page before. */
  after?: string | undefined;
  limit: number;
}

/** A row that is looked at again later. */
export interface Postponement {
  connectionId: string;
  /** A row of another version was written again by its connection, and stays. */
  version: number;
  /** Milliseconds since the epoch. */
  until: number;
}

const labelsSchema = z.object({ count: z.int(), known: z.int() });
/** Labelled connections of a user. */
export interface Labels {
  count: number;
  /** Whether the one asked for is among them. */
  known: boolean;
}

/** What applies the migrations, deployed and by `wrangler dev`. */
const migrations = {
  remote: "npx wrangler d1 migrations apply DB --remote",
  local: "npx wrangler d1 migrations apply DB --local",
} as const;

const columns = [...directoryColumns, "user_id", "provider"];
const updated = columns.filter((column) => column !== "connection_id");

/**
 * A connection that holds nothing yet never replaces the row of one that did: its object was lost, and
 * the row is what it can be restored from. A user's has a backup then; of a tenant's the status says it.
 */
const upsertStatement = `
  INSERT INTO oauth_connections (${columns.join(", ")})
  VALUES (${columns.map(() => "?").join(", ")})
  ON CONFLICT (connection_id) DO UPDATE
  SET ${updated.map((column) => `${column} = excluded.${column}`).join(", ")}
  WHERE excluded.version > oauth_connections.version
    AND NOT (excluded.status = 'pending' AND (oauth_connections.refresh_token IS NOT NULL
      OR (oauth_connections.user_id = ''
        AND oauth_connections.status NOT IN ('pending', 'disconnected'))))`;

/** The table of all connections, in D1. Each row is written by its connection's object alone. */
export class Directory {
  /** Where all of them are. */
  readonly placement: PlacementTable;
  /** How many they are. */
  readonly census: ConnectionCensus;
  readonly #db: D1Database;
  readonly #migration: string;

  /**
   * Every method throws `AzureError` when a migration was forgotten or the database does not answer.
   *
   * @param migration the command that applies the migrations, for the error when one is missing
   */
  constructor(db: D1Database, migration: string = migrations.remote) {
    this.#db = db;
    this.#migration = migration;
    this.placement = new PlacementTable((work) => this.#ask(work));
    this.census = new ConnectionCensus((work) => this.#ask(work));
  }

  /** Writes an entry, unless the row already has a later version. */
  async upsert(entry: DirectoryEntry): Promise<void> {
    const row: Record<string, unknown> = { ...entry, ...ownerColumns(entry.connection_id) };
    const values = columns.map((column) => row[column]);
    await this.#ask((db) =>
      db
        .prepare(upsertStatement)
        .bind(...values)
        .run(),
    );
  }

  /** Takes out a connection that never came to be; one that did stays, and so does a later one. */
  async removePending(connectionId: string, version: number): Promise<void> {
    await this.#ask((db) =>
      db
        .prepare(
          `DELETE FROM oauth_connections
           WHERE connection_id = ? AND version <= ? AND status = 'pending'`,
        )
        .bind(connectionId, version)
        .run(),
    );
  }

  async read(connectionId: string): Promise<DirectoryEntry | undefined> {
    const row = await this.#ask((db) =>
      db
        .prepare(
          `SELECT ${directoryColumns.join(", ")} FROM oauth_connections WHERE connection_id = ?`,
        )
        .bind(connectionId)
        .first(),
    );
    return row === null ? undefined : directoryEntrySchema.parse(row);
  }

  /** Entries by connection id, from the one after `after`. */
  async list({ after, limit, ...query }: DirectoryQuery): Promise<DirectoryEntry[]> {
    const { status, userId, remedy, paused, search, tenants } = query;
    const conditions: [string, unknown][] = [
      ["status = ?", status],
      ["user_id = ?", userId],
      ["remedy_action = ?", remedy],
      // What is asked for is the whole condition: the index holds those rows alone.
      ["paused_sinks IS NOT NULL AND ? = 'true'", paused],
      ["instr(lower(connection_id || ' ' || coalesce(upn, '')), lower(?))", search],
      ["user_id <> ?", tenants ? undefined : ""],
      ["connection_id > ?", after],
    ];
    const asked = conditions.filter(([, value]) => value !== undefined);
    const where = asked.map(([condition]) => condition).join(" AND ") || "TRUE";
    const values = asked.map(([, value]) => value);
    const { results } = await this.#ask((db) =>
      db
        .prepare(
          `SELECT ${directoryColumns.join(", ")} FROM oauth_connections
           WHERE ${where} ORDER BY connection_id LIMIT ?`,
        )
        .bind(...values, limit)
        .all(),
    );
    return results.map((row) => directoryEntrySchema.parse(row));
  }

  /**
   * Connections whose appointment has passed, the longest ago first.
   *
   * @param before milliseconds since the epoch
   */
  async overdue({ before, limit }: { before: number; limit: number }): Promise<OverdueEntry[]> {
    const { results } = await this.#ask((db) =>
      db
        .prepare(
          `SELECT connection_id, status, version, next_contact_at FROM oauth_connections
           WHERE next_contact_at < ? ORDER BY next_contact_at LIMIT ?`,
        )
        .bind(new Date(before).toISOString(), limit)
        .all(),
    );
    return results.map((row) => overdueEntrySchema.parse(row));
  }

  /** Moves appointments, except of connections that have written their row since. */
  async postpone(postponements: readonly Postponement[]): Promise<void> {
    if (postponements.length === 0) return;
    await this.#ask((db) => {
      const update = db.prepare(
        "UPDATE oauth_connections SET next_contact_at = ? WHERE connection_id = ? AND version = ?",
      );
      return db.batch(
        postponements.map(({ connectionId, version, until }) =>
          update.bind(new Date(until).toISOString(), connectionId, version),
        ),
      );
    });
  }

  /** How many labelled connections a user has, ended ones too, and whether `connectionId` is one. */
  async labels(userId: string, connectionId: string): Promise<Labels> {
    const row = await this.#ask((db) =>
      db
        .prepare(
          `SELECT count(*) AS count, coalesce(sum(connection_id = ?), 0) AS known
           FROM oauth_connections WHERE user_id = ? AND provider <> 'azure'`,
        )
        .bind(connectionId, userId)
        .first(),
    );
    const { count, known } = labelsSchema.parse(row);
    return { count, known: known > 0 };
  }

  /** A tenant that knows the application, because one of its users is connected. */
  async someTenant(): Promise<string | undefined> {
    const tenantId = await this.#ask((db) =>
      db
        .prepare(
          `SELECT tenant_id FROM oauth_connections
           WHERE status = 'active' AND tenant_id <> ? LIMIT 1`,
        )
        .bind(personalTenantId)
        .first<string>("tenant_id"),
    );
    return tenantId ?? undefined;
  }

  /**
   * Notes that an operator is told something.
   *
   * @param now milliseconds since the epoch
   * @returns whether nobody was told before
   */
  async recordNotice(name: string, now: number): Promise<boolean> {
    const row = await this.#ask((db) =>
      db
        .prepare(
          "INSERT INTO notices (name, time) VALUES (?, ?) ON CONFLICT (name) DO NOTHING RETURNING name",
        )
        .bind(name, new Date(now).toISOString())
        .first(),
    );
    return row !== null;
  }

  /** Every statement goes through here, so that a fault of the database has its name. */
  #ask<Value>(work: (db: D1Database) => Promise<Value>): Promise<Value> {
    return named(this.#migration, () => work(this.#db));
  }
}

/** The directory, where the deployment has one. */
export function directoryOf({
  DB,
  AZURE_CLOUD,
}: {
  DB?: D1Database;
  AZURE_CLOUD?: string;
}): Directory | undefined {
  if (DB === undefined) return undefined;
  return new Directory(DB, AZURE_CLOUD === "sandbox" ? migrations.local : migrations.remote);
}
