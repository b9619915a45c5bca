import { apiKeys, type ApiKey } from "../config/values.ts";
import { randomToken, sha256Hex } from "../platform/keys.ts";
import { err, ok, type Result } from "../contract/result.ts";

/** A new key: what its server sends, and what `API_KEYS` has to hold for it. */
export interface MintedApiKey {
  /** `azk_{id}_{secret}`. It is kept nowhere, so it is shown once. */
  key: string;
  entry: ApiKey;
}

/**
 * Makes an API key of 256 random bits.
 *
 * @param id 1 to 64 letters, digits or hyphens: the name that logs and rate limits know the key by
 * @returns the key, or what is wrong with the id or a scope, as the tail of a sentence about them
 */
export async function mintApiKey(
  id: string,
  scopes: readonly string[],
): Promise<Result<MintedApiKey, string>> {
  const secret = randomToken();
  // Read as the deployment will read it: what is refused there is refused here.
  const read = apiKeys(JSON.stringify([{ id, sha256: await sha256Hex(secret), scopes }]));
  if (!read.ok) return read;
  const [entry] = read.value;
  if (entry === undefined || entry.scopes.length === 0) return err("must have a scope at least");
  return ok({ key: `azk_${id}_${secret}`, entry });
}
