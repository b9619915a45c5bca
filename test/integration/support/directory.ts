import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Directory } from "../../../src/directory/directory.ts";
import type { DirectoryEntry } from "../../../src/directory/entry.ts";

export const directory = new Directory(env.DB);

export const migrateDirectory = (): Promise<void> => applyD1Migrations(env.DB, env.MIGRATIONS);

/** Lists may lag behind their actors by this long. */
const lag = 5_000;

/** The row of a connection once it is as expected; after the lag, as it then is. */
export async function rowWhen(
  connectionId: string,
  expected: (entry: DirectoryEntry | undefined) => boolean,
  patience = lag,
): Promise<DirectoryEntry | undefined> {
  const end = performance.now() + patience;
  for (;;) {
    const entry = await directory.read(connectionId);
    if (expected(entry) || performance.now() > end) return entry;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs with the directory's table out of reach, as in an outage of D1. */
export async function withoutDirectory<Value>(work: () => Promise<Value>): Promise<Value> {
  await env.DB.exec("ALTER TABLE oauth_connections RENAME TO out_of_reach");
  try {
    return await work();
  } finally {
    await env.DB.exec("ALTER TABLE out_of_reach RENAME TO oauth_connections");
  }
}
