import { createHash, createHmac } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as z from "zod";

/** What a connection's object holds, as its database file says: also of an object that is not running. */
export interface ObjectFile {
  connection: string;
  status: string;
  /** Of what the directory is to be told. */
  version: number;
  /** When the token request went out whose answer is not known; null: none. */
  intent: number | null;
  /** Sinks that are behind, those that are paused left out. */
  outbox: number;
  /** Sign-ins that are open. */
  authorizations: number;
  accessTokens: number;
  events: { count: number; first: number; last: number };
  /** Bytes of the database. */
  size: number;
}

/** What an object of the authorization server holds. */
export interface GrantsFile {
  /** The name of its file. */
  file: string;
  rows: number;
  /** Milliseconds since the epoch: when the first of them expires, and when it wakes. */
  expiry: number | null;
  alarm: number | null;
}

export interface DirectoryRow {
  status: string;
  version: number;
}

const numberSchema = z.object({ value: z.number().nullable() });
const grantSchema = z.object({ status: z.string(), version: z.number() });
const rowSchema = z.object({ connection_id: z.string(), status: z.string(), version: z.number() });

/** Miniflare's names of them: Worker and class. */
const namespace = "azure-ConnectionActor";
const grantsNamespace = "azure-McpGrants";

const sizeStatement =
  "SELECT page_count * page_size AS value FROM pragma_page_count(), pragma_page_size()";

function databasesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sqlite") && !name.endsWith("metadata.sqlite"))
    .map((name) => join(folder, name));
}

/** SQLITE_READONLY_ROLLBACK: a writer died before its database kept a write-ahead log. */
const needsRollback = 776;

/** Reads one database as it is now, beside whoever writes to it. What a dead writer left half done is undone. */
function read<Value>(path: string, work: (db: DatabaseSync) => Value): Value {
  try {
    return readBy({ readOnly: true }, path, work);
  } catch (error) {
    if (!(error instanceof Error && "errcode" in error && error.errcode === needsRollback)) {
      throw error;
    }
    return readBy({ readOnly: false }, path, work);
  }
}

function readBy<Value>(
  { readOnly }: { readOnly: boolean },
  path: string,
  work: (db: DatabaseSync) => Value,
): Value {
  const db = new DatabaseSync(path, { readOnly, timeout: 5_000 });
  try {
    // One snapshot, whatever is committed meanwhile.
    db.exec("BEGIN");
    return work(db);
  } finally {
    db.close();
  }
}

/** The id that `idFromName` gives: workerd names the file by it. */
function objectId(name: string): string {
  const key = createHash("sha256").update(namespace).digest();
  const hmac = (text: string | Buffer) =>
    createHmac("sha256", key).update(text).digest().subarray(0, 16);
  const first = hmac(name);
  return Buffer.concat([first, hmac(first)]).toString("hex");
}

const has = (db: DatabaseSync, table: string): boolean =>
  db.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(table) !== undefined;

function objectIn(db: DatabaseSync, connection: string): ObjectFile | undefined {
  // Something was asked of it, or it was forgotten: it is no connection.
  if (!has(db, "grant")) return undefined;
  const number = (sql: string) => numberSchema.parse(db.prepare(sql).get()).value;
  const grant = grantSchema.optional().parse(db.prepare('SELECT * FROM "grant"').get());
  if (grant === undefined) return undefined;
  return {
    connection,
    ...grant,
    intent: number("SELECT max(started_at) AS value FROM refresh_intent"),
    outbox: number("SELECT count(*) AS value FROM outbox WHERE due_at IS NOT NULL") ?? 0,
    authorizations: number("SELECT count(*) AS value FROM authorization") ?? 0,
    accessTokens: number("SELECT count(*) AS value FROM access_token") ?? 0,
    events: {
      count: number("SELECT count(*) AS value FROM event") ?? 0,
      first: number("SELECT min(seq) AS value FROM event") ?? 0,
      last: number("SELECT max(seq) AS value FROM event") ?? 0,
    },
    size: number(sizeStatement) ?? 0,
  };
}

/** Those of the connections that have an object. @param persist the folder of databases and objects */
export function objectFiles(persist: string, connections: readonly string[]): ObjectFile[] {
  return connections.flatMap((connection) => {
    const path = join(persist, "do", namespace, `${objectId(connection)}.sqlite`);
    return existsSync(path) ? (read(path, (db) => objectIn(db, connection)) ?? []) : [];
  });
}

/** workerd keeps an object's alarm in a table of its own, in nanoseconds: more than a number holds. */
const alarmStatement = "SELECT value / 1000000 AS value FROM _cf_METADATA WHERE key = 1";

/** Those objects of the authorization server that keep anything, or could. */
export function grantsFiles(persist: string): GrantsFile[] {
  return databasesIn(join(persist, "do", grantsNamespace)).flatMap((path) =>
    read(path, (db) => {
      if (!has(db, "entry")) return [];
      const number = (sql: string) =>
        numberSchema.optional().parse(db.prepare(sql).get())?.value ?? null;
      return {
        file: basename(path),
        rows: number("SELECT count(*) AS value FROM entry") ?? 0,
        expiry: number("SELECT min(expires_at) AS value FROM entry"),
        alarm: has(db, "_cf_METADATA") ? number(alarmStatement) : null,
      };
    }),
  );
}

/** The directory's rows by connection id. */
export function directoryRows(persist: string): Map<string, DirectoryRow> {
  const rows = databasesIn(join(persist, "d1")).flatMap((path) =>
    read(path, (db) =>
      db
        .prepare("SELECT connection_id, status, version FROM oauth_connections")
        .all()
        .map((row) => rowSchema.parse(row)),
    ),
  );
  return new Map(rows.map(({ connection_id: id, ...row }) => [id, row]));
}

/** What SQLite finds wrong with the files of a Worker that is not running. */
export function damageIn(persist: string): string[] {
  return databasesIn(persist).flatMap((path) =>
    read(path, (db) => db.prepare("PRAGMA integrity_check").all())
      .flatMap((row) => Object.values(row).map(String))
      .filter((word) => word !== "ok")
      .map((word) => `${path}: ${word}`),
  );
}
