import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";

/**
 * This Worker's configuration with the variables of one machine in it. In a `wrangler dev` of several
 * Workers no option sets those of the second, and `.dev.vars` is the developer's own.
 *
 * @param folder where it is written
 * @returns its path
 */
export async function writeLocalConfig(
  root: string,
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const config = unstable_readConfig(
    { config: join(root, "wrangler.jsonc") },
    { hideWarnings: true },
  );
  const { name, main, compatibility_date, compatibility_flags } = config;
  const { durable_objects, exports, d1_databases, ratelimits } = config;
  const program = { name, main, compatibility_date, compatibility_flags };
  const bindings = { durable_objects, exports, d1_databases, ratelimits };
  const local = { ...program, ...bindings, vars: { ...config.vars, ...variables } };
  await mkdir(folder, { recursive: true });
  const file = join(folder, "wrangler.json");
  // There are secrets in it.
  await writeFile(file, JSON.stringify(local, undefined, 2), { mode: 0o600 });
  return file;
}
