import { sha256Hex } from "../platform/keys.ts";
import type { ApiKey } from "../config/config.ts";

const keyPattern = /^azk_([^_]+)_(.+)$/;

/** Compared against when the id is unknown, so that both refusals take the same steps. */
const noSuchHash = "0".repeat(64);

/** Whether a token has the form of a key of ours. */
export const looksLikeApiKey = (token: string): boolean => token.startsWith("azk_");

/** The id and secret of `azk_{id}_{secret}`; an id holds no `_`, a secret may. */
export function parseApiKey(token: string): { id: string; secret: string } | undefined {
  const [, id, secret] = keyPattern.exec(token) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** The configured key a token is, or undefined. Neither the id nor the hash shortens the work. */
export async function findApiKey(
  keys: readonly ApiKey[],
  token: string,
): Promise<ApiKey | undefined> {
  const parsed = parseApiKey(token);
  const given = await sha256Hex(parsed?.secret ?? "");
  const record = keys.find(({ id }) => id === parsed?.id);
  const matches = equalInConstantTime(given, record?.sha256.toLowerCase() ?? noSuchHash);
  return matches ? record : undefined;
}

/** Equality of two texts of one length that takes the same time wherever they differ. */
function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}
