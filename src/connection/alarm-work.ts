import { parseResource } from "../entra/resource.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { OutboxRelay } from "./delivery/outbox-relay.ts";
import type { DueKind, DueOf } from "./policy/schedule.ts";
import type { RefreshIntent } from "./tables/token-store.ts";
import type { Refresher } from "./tokens/refresher.ts";
import type { WatchKeeper } from "./watches/keeper.ts";

/** What the alarm does with work of one kind that is due. */
export interface AlarmWork<Kind extends DueKind> {
  run(due: readonly DueOf<Kind>[]): Promise<void> | void;
  /**
   * It goes on while the kinds after it are done, and longer than the alarm if it is slow: while an
   * alarm runs no other begins, and a renewal that falls due would wait for it.
   */
  inBackground?: true;
}

/** A kind of work that is added needs its row here. */
export type AlarmTable = { readonly [Kind in DueKind]: AlarmWork<Kind> };

export interface AlarmWorkOptions {
  state: ConnectionState;
  refresher: Refresher;
  relay: OutboxRelay;
  watches: WatchKeeper;
  now: () => number;
}

/** What is done for each kind of work. */
export function createAlarmTable({
  state,
  refresher,
  relay,
  watches,
  now,
}: AlarmWorkOptions): AlarmTable {
  const renew = async (due: readonly DueOf<"renewal" | "idle_refresh">[]): Promise<void> => {
    await Promise.all(due.map((key) => refresher.renew(key)));
  };
  return {
    sign_in_expiry: { run: () => state.pending.removeExpired(now()) },
    directory_contact: { run: () => state.reportToDirectory(now()) },
    // The directory's entry goes first, then the object.
    abandonment: { run: () => state.reportToDirectory(now()) },
    delivery: { run: () => relay.run(), inBackground: true },
    intent_recovery: {
      run: async ([due]) => {
        if (due !== undefined) await recoverIntent(due.intent, state, refresher);
      },
    },
    renewal: { run: renew },
    idle_refresh: { run: renew },
    watch_expiry: { run: (due) => watches.expire(due) },
    watch_creation: { run: (due) => watches.create(due), inBackground: true },
    watch_renewal: { run: (due) => watches.renew(due), inBackground: true },
    watch_check: { run: (due) => watches.check(due), inBackground: true },
    watch_catch_up: { run: (due) => watches.catchUp(due), inBackground: true },
    change_expiry: { run: () => state.changes.expire(now()) },
  };
}

/**
 * An intent without a flight is a POST whose outcome was lost with the process. Entra does not revoke
 * a refresh token on use, so it is sent again.
 */
async function recoverIntent(
  intent: RefreshIntent,
  state: ConnectionState,
  refresher: Refresher,
): Promise<void> {
  if (refresher.inFlight) return;
  const resource = parseResource(intent.resource);
  if (resource !== undefined) await refresher.renew({ resource, tenantId: intent.tenant_id });
  // A latch or a back-off may have kept it from being sent: then there is nothing to find out.
  if (state.exists && !refresher.inFlight) state.tokens.clearIntent();
}
