import type { Connection } from "partyserver";
import type { Config } from "../config/config.ts";
import { platformTimer } from "../platform/deadline.ts";
import { directoryOf } from "../directory/directory.ts";
import type { Environment } from "../platform/env.ts";
import type { ConnectionLine } from "../platform/log.ts";
import { tracedFetch } from "../platform/traced.ts";
import { Alarm } from "./alarm.ts";
import { createAlarmTable } from "./alarm-work.ts";
import { Authorization } from "./grant/authorization.ts";
import { ConnectionState } from "./connection-state.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import { OutboxRelay } from "./delivery/outbox-relay.ts";
import { SinkDelivery } from "./delivery/sink-delivery.ts";
import { createSinks } from "./delivery/sinks.ts";
import { Gateway } from "./calls/gateway.ts";
import { Throttling } from "./calls/throttling.ts";
import { GrantAdoption } from "./grant/grant-adoption.ts";
import { GrantImport } from "./grant/grant-import.ts";
import { TenantGrant } from "./grant/tenant-grant.ts";
import { connectionInfo } from "./info.ts";
import { AccountStart } from "./grant/account-start.ts";
import { Reconnect } from "./grant/reconnect.ts";
import { LiveSockets } from "./live/live-sockets.ts";
import { Observer } from "./observer.ts";
import { RemedyLinks } from "./remedy-links.ts";
import type { Refresher } from "./tokens/refresher.ts";
import { Tickets } from "./tables/tickets.ts";
import { TokenCipher } from "./tables/token-cipher.ts";
import { createTokens } from "./tokens/token-parts.ts";
import { ChangeReader } from "./watches/change-reader.ts";
import type { WatchKeeper } from "./watches/keeper.ts";
import type { WatchNotifications } from "./watches/notifications.ts";
import { createWatches } from "./watches/watch-parts.ts";

export interface PartsOptions {
  ctx: DurableObjectState;
  env: Environment;
  config: Config;
  connectionId: string;
  /** Live sockets with a tag. */
  taggedSockets: (tag: string) => Iterable<Connection>;
}

/** What an actor is made of. */
export interface Parts {
  state: ConnectionState;
  cipher: TokenCipher;
  refresher: Refresher;
  gateway: Gateway;
  authorization: Authorization;
  reconnect: Reconnect;
  accountStart: AccountStart;
  grantImport: GrantImport;
  /** Undefined: the connection is a user's, and nobody's tenant. */
  tenantGrant: TenantGrant | undefined;
  links: RemedyLinks;
  sockets: LiveSockets;
  tickets: Tickets;
  watches: WatchKeeper;
  changes: ChangeReader;
  notifications: WatchNotifications;
  alarm: Alarm;
  info: () => ConnectionInfo;
  disconnect: () => void;
  /** Call when a socket came or went. */
  countSockets: () => void;
  now: () => number;
}

/** Puts an actor together. Time, randomness and `fetch` enter here and nowhere else. */
export function createParts({
  ctx,
  env,
  config,
  connectionId,
  taggedSockets,
}: PartsOptions): Parts {
  const { storage } = ctx;
  const now = () => Date.now();
  const random = () => Math.random();
  const send: typeof fetch = (input, init) => fetch(input, init);
  const sendWebhook: typeof fetch = (input, init) =>
    tracedFetch("webhook.delivery", () => send(input, init));
  const askEntra: typeof fetch = (input, init) => {
    const isPost = input instanceof Request && input.method === "POST";
    return tracedFetch(isPost ? "entra.token" : "entra.keys", () => send(input, init));
  };
  const observer = new Observer(connectionId, env.METRICS);
  const logged = (line: ConnectionLine) => observer.log(line);
  const rearm = () => alarm.arm();

  const sinks = createSinks({
    connectionId,
    directory: directoryOf(env),
    webhooks: config.webhooks,
    pipeline: env.EVENTS,
    pipelineTypes: config.pipelineTypes,
    fetch: sendWebhook,
    now,
  });
  const state = new ConnectionState({
    storage,
    connectionId,
    sinks,
    published: (events) => live.publish(events),
  });
  const { pending } = state;
  const links = new RemedyLinks({ connectionId, config, state, now });
  const cipher = new TokenCipher(connectionId, config.encryptionKeys);
  const { cache, queue, endpoint, refresher } = createTokens({
    connectionId,
    config,
    state,
    cipher,
    fetch: askEntra,
    now,
    random,
    rearm,
    refreshed: (refresh) => observer.refreshed(refresh),
    log: logged,
  });
  const throttling = new Throttling({
    state,
    now,
    rearm,
    cooled: (resource, seconds) => observer.measure({ kind: "cooldown", resource, seconds }),
  });
  const gateway = new Gateway({
    state,
    refresher,
    throttling,
    links,
    cloud: config.cloud,
    fetch: send,
    now,
    timer: platformTimer,
    called: observer.measures ? (point) => observer.measure(point) : undefined,
  });
  const info = () =>
    links.info(connectionInfo(connectionId, state, { now: now(), armQuota: throttling.armQuota }));
  const live: LiveSockets = new LiveSockets({
    sockets: () => ctx.getWebSockets(),
    tagged: taggedSockets,
    changes: (after, limit) => changes.page(after, limit),
    oldestChange: () => state.changes.oldestSeq(),
    lastChange: () => state.changes.lastSeq(),
    events: state.events,
    info,
    links,
    now,
  });
  const changes = new ChangeReader({ connectionId, state, cipher, now });
  const { watches, notifications } = createWatches({
    connectionId,
    config,
    state,
    cipher,
    links,
    reader: changes,
    fetch: (request) => gateway.handleOwn(request),
    fetchKeys: askEntra,
    publish: (news) => live.publishChanges(news),
    taken: (result) => observer.notified(result),
    now,
    random,
    rearm,
  });
  const adoption = new GrantAdoption({
    connectionId,
    config,
    state,
    cipher,
    endpoint,
    now,
    replaced: () => cache.forget(),
  });
  const shared = { config, adoption, queue, endpoint, now, info, rearm };
  const opening = { connectionId, config, state, pending, cipher, now, rearm };
  const owner = parseConnectionId(connectionId);
  const tenantGrant =
    owner?.kind === "tenant"
      ? new TenantGrant({
          ...shared,
          ...opening,
          tenantId: owner.tenantId,
          replaced: () => cache.forget(),
        })
      : undefined;
  const delivery = new SinkDelivery({
    connectionId,
    state,
    sinks,
    links,
    openChanges: (rows) => changes.open(rows),
    now,
    random,
    log: logged,
    forgotten: () => live.closeAll(),
  });
  const relay = new OutboxRelay({
    state,
    deliver: (row) => delivery.deliver(row),
    now,
    rearm: () => alarm.arm(alarm.restsUntil),
  });
  const alarm: Alarm = new Alarm({
    storage,
    state,
    refresher,
    relay,
    watches,
    table: createAlarmTable({ state, refresher, relay, watches, now }),
    now,
    timer: platformTimer,
    alarmRan: (facts) => observer.alarmRan(facts),
  });

  return {
    state,
    cipher,
    refresher,
    gateway,
    authorization: new Authorization({ ...shared, ...opening, links }),
    reconnect: new Reconnect(opening),
    accountStart: new AccountStart(opening),
    tenantGrant,
    grantImport: new GrantImport({ ...shared, state, cipher, log: logged }),
    links,
    sockets: live,
    tickets: new Tickets(storage.sql),
    watches,
    changes,
    notifications,
    alarm,
    info,
    now,
    countSockets: () => {
      if (observer.measures) observer.measure({ kind: "sockets", sockets: live.open() });
    },
    disconnect: () => {
      state.disconnect(now());
      cache.forget();
      pending.clear();
      live.closeAll();
      rearm();
    },
  };
}
