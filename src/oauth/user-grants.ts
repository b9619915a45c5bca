import * as z from "zod";
import { labelSchema } from "../contract/connection-id.ts";
import { defined } from "../contract/defined.ts";
import type { McpGrant } from "../contract/mcp-grant.ts";
import type { OAuthHelpers } from "./authorization-server.ts";

/** What is kept of a grant in clear, for its user to know it by. */
const metadataSchema = z.object({
  client_name: z.string(),
  client_domain: z.string().optional(),
  redirect_host: z.string(),
  label: labelSchema.optional(),
});
export type GrantMetadata = z.infer<typeof metadataSchema>;

/** Seconds since the epoch, as RFC 3339. */
const timeOf = (seconds: number): string => new Date(seconds * 1_000).toISOString();

/** The clients that act for a user, the newest first. */
export async function grantsOf(api: OAuthHelpers, userId: string): Promise<McpGrant[]> {
  const grants: McpGrant[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.listUserGrants(userId, defined({ cursor }));
    for (const { id, clientId, scope, metadata, createdAt, expiresAt } of page.items) {
      const known = metadataSchema.safeParse(metadata);
      if (!known.success) continue;
      grants.push({
        id,
        client_id: clientId,
        ...known.data,
        scopes: [...scope],
        created_at: timeOf(createdAt),
        // Absent until the code is redeemed, which has to be within ten minutes.
        ...defined({ expires_at: expiresAt === undefined ? undefined : timeOf(expiresAt) }),
      });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return grants.toSorted((one, other) => other.created_at.localeCompare(one.created_at));
}

/** Ends a grant and its tokens. @returns false when the user has no such grant */
export async function revokeGrant(
  api: OAuthHelpers,
  userId: string,
  grantId: string,
): Promise<boolean> {
  const grants = await grantsOf(api, userId);
  if (!grants.some(({ id }) => id === grantId)) return false;
  await api.revokeGrant(grantId, userId);
  return true;
}
