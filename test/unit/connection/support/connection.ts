import { ConnectionState } from "../../../../src/connection/connection-state.ts";
import type { Subscription } from "../../../../src/connection/delivery/enqueue.ts";
import type { Grant } from "../../../../src/connection/tables/grant-store.ts";
import type { ConnectionEvent } from "../../../../src/contract/connection-events.ts";
import { sqlStorage } from "./sql-storage.ts";

export const home = "aaaaaaaa-0000-4000-8000-00000000000a";
export const elsewhere = "bbbbbbbb-0000-4000-8000-00000000000b";
/** Milliseconds since the epoch. */
export const start = Date.UTC(2026, 10, 28, 12);

/** The tables of a connection that is not connected yet, and the events that it emits. */
export function newConnection(sinks: readonly Subscription[] = []) {
  const events: ConnectionEvent[] = [];
  const state = new ConnectionState({
    storage: sqlStorage(),
    connectionId: "user:ada",
    sinks,
    published: (published) => events.push(...published),
  });
  state.create(start);
  return { state, events };
}

/** The tables of a connection that is signed in, with a token of Graph. */
export function signedInConnection({
  sinks = [],
  grant = {},
}: { sinks?: readonly Subscription[]; grant?: Partial<Grant> } = {}) {
  const { state, events } = newConnection(sinks);
  state.commit(
    start,
    () => {
      state.grants.update({
        tenant_id: home,
        object_id: "cccccccc-0000-4000-8000-00000000000c",
        scopes: ["User.Read"],
        required_scopes: ["User.Read"],
        required_resources: ["graph"],
        refresh_token: "sealed",
        generation: 1,
        last_refresh_at: start,
        ...grant,
      });
      state.tokens.put({
        resource: "graph",
        tenantId: home,
        token: "sealed",
        scopes: ["User.Read"],
        issuedAt: start,
        expiresAt: start + 3_600_000,
        refreshAt: start + 3_000_000,
        generation: 1,
      });
    },
    { signedIn: true },
  );
  events.length = 0;
  return { state, events };
}
