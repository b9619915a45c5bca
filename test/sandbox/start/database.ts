import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { unstable_readConfig, unstable_splitSqlQuery } from "wrangler";
import * as z from "zod";

/** The table in which `wrangler d1 migrations apply` keeps account too: either may come first. */
const ledger = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

const databases = z.array(
  z.object({
    binding: z.string(),
    database_id: z.string().optional(),
    preview_database_id: z.string().optional(),
    migrations_dir: z.string().optional(),
  }),
);

function migrationsIn(folder: string): { name: string; statements: string[] }[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({
      name,
      statements: unstable_splitSqlQuery(readFileSync(join(folder, name), "utf8")),
    }));
}

/**
 * Brings the local D1 database up to date, in the files the Worker will open: a tenth of what the
 * command line takes. To be called before the Worker runs.
 * @param root the folder of wrangler.jsonc
 * @param persist the folder of the local state, as given to wrangler
 */
export async function migrateLocalDatabase(root: string, persist: string): Promise<void> {
  const config = unstable_readConfig(
    { config: join(root, "wrangler.jsonc") },
    { hideWarnings: true },
  );
  const database = databases.parse(config.d1_databases).find(({ binding }) => binding === "DB");
  if (!database?.migrations_dir) return;
  const migrations = migrationsIn(join(root, database.migrations_dir));
  if (migrations.length === 0) return;
  const id = database.preview_database_id ?? database.database_id ?? database.binding;
  const runtime = new Miniflare({
    // Nobody calls this Worker, so where on earth it runs need not be asked.
    cf: false,
    resourcePersistencePath: join(persist, "v3"),
    workers: [
      {
        config: {
          name: "migrations",
          compatibilityDate: "2026-08-15",
          env: { DB: { type: "d1", id } },
          manifest: {
            mainModule: "index.mjs",
            modulesRoot: "/",
            modules: { "index.mjs": { type: "esm", contents: "export default {}" } },
          },
        },
      },
    ],
  });
  try {
    const db = await runtime.getD1Database("DB");
    await db.prepare(ledger).run();
    const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
    const applied = new Set(results.map(({ name }) => name));
    for (const { name, statements } of migrations) {
      if (applied.has(name)) continue;
      const record = db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
      // One batch is one transaction: a migration is applied as a whole or not at all.
      await db.batch([...statements.map((statement) => db.prepare(statement)), record]);
    }
  } finally {
    await runtime.dispose();
  }
}
