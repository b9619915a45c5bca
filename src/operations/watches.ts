import { createWatch, deleteWatch, getWatch, listChanges, listWatches } from "../api/watches.ts";
import { parseWatchResource } from "../connection/policy/watch-resource.ts";
import { AzureError, failure } from "../contract/errors.ts";
import { defined } from "../contract/defined.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Watch, WatchRequest } from "../contract/watch.ts";
import type { ConnectionContext } from "./context.ts";
import { serve } from "./serve.ts";

/**
 * The watch that a request means, where there is one already.
 *
 * @param changeTypes in any order
 */
export async function knownWatch(
  { connection }: Pick<ConnectionContext, "connection">,
  { resource: text, changeTypes }: Pick<WatchRequest, "resource" | "changeTypes">,
): Promise<Watch | undefined> {
  const resource = parseWatchResource(text);
  if (!resource.ok) return undefined;
  return orThrow(await connection.watches()).find(
    ({ resource: path, change_types: kinds }) =>
      path === resource.value.path &&
      kinds.length === new Set(changeTypes).size &&
      kinds.every((kind) => changeTypes.includes(kind)),
  );
}

export const watches = [
  serve(createWatch, async ({ connection }, { resource, changeTypes, ...more }) =>
    orThrow(
      await connection.watch({
        resource,
        changeTypes,
        ...defined({
          includeData: more.includeData,
          select: more.select,
          catchUp: more.catchUp,
        }),
      }),
    ),
  ),
  serve(listWatches, async ({ connection }) => orThrow(await connection.watches())),
  serve(getWatch, async ({ connection }, { watchId }) => {
    const found = orThrow(await connection.watches()).find(({ id }) => id === watchId);
    if (found === undefined) throw new AzureError(failure("not_found", "There is no such watch."));
    return found;
  }),
  serve(deleteWatch, async ({ connection }, { watchId }) =>
    orThrow(await connection.unwatch({ watchId })),
  ),
  serve(listChanges, async ({ connection }, range) => {
    const { changes, truncated } = orThrow(await connection.changes(range));
    return { events: changes, ...defined({ truncated }) };
  }),
] as const;
