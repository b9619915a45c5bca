import { defined } from "../../contract/defined.ts";
import type { Watch } from "../../contract/watch.ts";
import type { RemedyLinks } from "../remedy-links.ts";
import type { WatchRow } from "../tables/watches.ts";

const timeOf = (at: number): string => new Date(at).toISOString();

/** A watch as its callers see it. */
export const watchView = (row: WatchRow, links: Pick<RemedyLinks, "ofWatch">): Watch => ({
  id: row.id,
  resource: row.resource,
  change_types: row.change_types,
  ...defined({
    include_data: row.include_data || undefined,
    select: row.selected?.join(","),
    catch_up: row.catch_up || undefined,
  }),
  state: row.state,
  expires_at:
    row.subscription_id === null || row.expires_at === null ? null : timeOf(row.expires_at),
  ...defined({
    gap_since: row.gap_since === null ? undefined : timeOf(row.gap_since),
    remedy: row.remedy === null ? undefined : links.ofWatch(row.remedy),
    error: row.error ?? undefined,
  }),
});
