import type { InputOf, Page } from "../api/operation.ts";
import type { listConnections } from "../api/connections.ts";
import { anotherUser, requireScope } from "../callers/caller.ts";
import { defined } from "../contract/defined.ts";
import { AzureError } from "../contract/errors.ts";
import type { ListedConnection } from "../contract/listed-connection.ts";
import { orThrow } from "../contract/or-throw.ts";
import { ok } from "../contract/result.ts";
import { directoryOf, type Directory } from "../directory/directory.ts";
import { listedConnection } from "../directory/entry.ts";
import { PagedItems } from "../http/page.ts";
import { missingBinding } from "../platform/bindings.ts";
import type { Environment } from "../platform/env.ts";
import type { ServiceContext } from "./context.ts";
import { readPage } from "./page.ts";

/** @throws AzureError `app_misconfigured` where the deployment has no directory */
export function directoryIn(env: Environment): Directory {
  const directory = directoryOf(env);
  if (directory !== undefined) return directory;
  throw new AzureError(missingBinding("DB"));
}

/**
 * Connections by id, as their objects last reported: at most some seconds ago. A user's own credential
 * sees that user's; those of tenants, and a sibling's view of all, are for administrators.
 *
 * @throws AzureError `forbidden` when a user's credential names another user, and when a sibling without
 *   `admin` names none
 */
export function pageOfConnections(
  { env, config, caller, cursors }: ServiceContext,
  query: InputOf<typeof listConnections>,
): Promise<Page<ListedConnection>> {
  const { userId: own } = caller;
  if (own !== undefined && query.userId !== undefined && query.userId !== own) {
    throw new AzureError(anotherUser());
  }
  // A key stands for a host's own server; a sibling sees what its own configuration says.
  if (caller.kind === "sibling" && query.userId === undefined) {
    orThrow(requireScope(caller, "admin"));
  }
  const directory = directoryIn(env);
  const tenants = caller.scopes.has("admin");
  return readPage(
    { config, connectionId: own ?? "", ...defined({ cursors }) },
    "/connections",
    query,
    ({ userId, top, ...filter }) =>
      new PagedItems(async ({ link: after }) => {
        const selection = { ...filter, userId: own ?? userId, tenants, after };
        // One more than is shown says whether there is a next page.
        const found = await directory.list({ ...selection, limit: top + 1 });
        const items = found.slice(0, top).map(listedConnection);
        return ok({ items, nextLink: found.length > top ? items.at(-1)?.id : undefined });
      }),
  );
}
