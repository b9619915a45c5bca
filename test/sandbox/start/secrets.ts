import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const secretsSchema = z.object({ TOKEN_ENCRYPTION_KEYS: z.string(), SESSION_SECRET: z.string() });

/** The Worker's own secrets on this machine: they have to outlive it, or its connections would not. */
export type LocalSecrets = z.infer<typeof secretsSchema>;

/**
 * Reads the secrets kept in `{directory}/secrets.json`, made at the first start.
 * @throws Error naming the file when it holds something else
 */
export async function localSecrets(directory: string): Promise<LocalSecrets> {
  const path = join(directory, "secrets.json");
  let text: string | undefined;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // The first start.
  }
  if (text !== undefined) {
    try {
      return secretsSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new Error(`${path} holds no secrets; delete .wrangler to begin anew`, { cause });
    }
  }
  const made: LocalSecrets = {
    TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
    SESSION_SECRET: randomBytes(48).toString("base64url"),
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600 });
  return made;
}
