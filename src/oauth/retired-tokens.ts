import * as z from "zod";
import { parseJson } from "../http/json.ts";
import { sha256Hex } from "../platform/keys.ts";

/**
 * Refresh tokens that were replaced, by their hashes. One that comes back was stolen, or its replacement
 * was: which of the two, nobody knows, so the whole grant ends (RFC 9700 §4.14.2).
 */

/** Of a grant as the library keeps it. */
const grantSchema = z.object({
  refreshTokenId: z.string().optional(),
  /** Good until the current one is used. */
  previousRefreshTokenId: z.string().optional(),
});

/**
 * Hashes of the refresh tokens that a grant had before a write, and has not any more.
 *
 * @param before the stored text of the grant
 */
export function retiredBy(before: string, after: string): string[] {
  const kept = new Set(hashesIn(after));
  return hashesIn(before).filter((hash) => !kept.has(hash));
}

function hashesIn(text: string): string[] {
  const grant = grantSchema.safeParse(parseJson(text));
  if (!grant.success) return [];
  const { refreshTokenId, previousRefreshTokenId } = grant.data;
  return [refreshTokenId, previousRefreshTokenId].filter((hash) => hash !== undefined);
}

/** The key of a token that was replaced, and whose grant it was of; undefined for what is no token. */
export async function retiredKeyOf(
  token: string,
): Promise<{ key: string; userId: string; grantId: string } | undefined> {
  const [userId = "", grantId = "", secret, ...rest] = token.split(":");
  if (secret === undefined || rest.length > 0) return undefined;
  return { key: `retired:${userId}:${grantId}:${await sha256Hex(token)}`, userId, grantId };
}
