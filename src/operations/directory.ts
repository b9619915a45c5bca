import type { Caller } from "../callers/caller.ts";
import type { ConnectionStatus } from "../contract/connection-info.ts";
import { missingBinding } from "../platform/bindings.ts";
import { directoryOf, type Directory } from "../directory/directory.ts";
import { listedConnection, type ListedConnection } from "../directory/entry.ts";
import type { Environment } from "../platform/env.ts";
import { AzureError, failure } from "../contract/errors.ts";
import { PagedItems } from "../http/page.ts";
import type { SessionSecret } from "../platform/keys.ts";
import { ok } from "../contract/result.ts";
import { readPage, type Page, type PageQuery } from "./page.ts";

export interface ConnectionListQuery extends PageQuery {
  status?: ConnectionStatus | undefined;
  userId?: string | undefined;
}

/** @throws AzureError `app_misconfigured` where the deployment has no directory */
export function directoryIn(env: Environment): Directory {
  const directory = directoryOf(env);
  if (directory !== undefined) return directory;
  throw new AzureError(missingBinding("DB"));
}

/**
 * Connections by id, as their objects last told: at most some seconds ago. A user's own credential
 * sees that user's; those of tenants are for administrators.
 *
 * @throws AzureError `forbidden` when a user's credential names another user
 */
export function listConnections(
  directory: Directory,
  { caller, sessionSecret }: { caller: Caller; sessionSecret: SessionSecret },
  query: ConnectionListQuery,
): Promise<Page<ListedConnection>> {
  const { userId: own } = caller;
  if (own !== undefined && query.userId !== undefined && query.userId !== own) {
    throw new AzureError(failure("forbidden", "This credential may act for its own user only."));
  }
  const tenants = caller.scopes.has("admin");
  return readPage(
    { sessionSecret, connectionId: own ?? "", list: "/connections" },
    query,
    ({ status, userId, top }) =>
      new PagedItems(async ({ link: after }) => {
        const selection = { status, userId: own ?? userId, tenants, after };
        // One more than is shown tells whether there is a next page.
        const found = await directory.list({ ...selection, limit: top + 1 });
        const items = found.slice(0, top).map(listedConnection);
        return ok({ items, nextLink: found.length > top ? items.at(-1)?.id : undefined });
      }),
  );
}
