import { createWatch, deleteWatch, getWatch, listChanges, listWatches } from "../api/watches.ts";
import { AzureError, failure } from "../contract/errors.ts";
import { defined } from "../contract/defined.ts";
import { orThrow } from "../contract/or-throw.ts";
import { serve } from "./serve.ts";

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
