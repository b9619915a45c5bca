import { batch } from "./batch.ts";
import { calendar } from "./calendar.ts";
import { connections } from "./connections.ts";
import { credentials } from "./credentials.ts";
import { files } from "./files.ts";
import { health } from "./app-health.ts";
import { mail } from "./mail.ts";
import { permissions } from "./permissions.ts";
import { mcpGrants } from "./mcp-grants.ts";
import { people } from "./people.ts";
import { resourceGroups } from "./resource-groups.ts";
import { resourceQuery } from "./resource-query.ts";
import { resources } from "./resources.ts";
import type { ServedOperation } from "./serve.ts";
import { subscriptions } from "./subscriptions.ts";
import { watches } from "./watches.ts";

/** Every operation with how it is done, in the order of the document. */
const all = [
  ...connections,
  ...credentials,
  ...mcpGrants,
  ...watches,
  ...people,
  ...mail,
  ...calendar,
  ...files,
  ...batch,
  ...subscriptions,
  ...resourceGroups,
  ...resources,
  ...resourceQuery,
  ...health,
  ...permissions,
] as const;

/** An operation, by its declaration. */
export type DeclaredOperation = (typeof all)[number]["operation"];

// Each was checked against its own declaration where it was served.
export const operations = all as readonly unknown[] as readonly ServedOperation[];

const byName = new Map(operations.map((served) => [served.operation.name, served]));

/** How an operation is done. */
export function servedBy({ name }: Pick<DeclaredOperation, "name">): ServedOperation {
  const served = byName.get(name);
  if (served === undefined) throw new Error(`no operation ${name}`);
  return served;
}
