import { Server, type Connection, type ConnectionContext } from "partyserver";
import { configOf } from "../config/config.ts";
import type { Environment } from "../platform/env.ts";
import { failure, invalidField, type Failure, unknownConnection } from "../contract/errors.ts";
import { microsoftErrorResponse } from "../http/microsoft-error.ts";
import { unexpectedFailure } from "../platform/log.ts";
import { err, ok } from "../contract/result.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Delivery } from "../contract/delivery.ts";
import type { EventPage } from "../contract/connection-events.ts";
import type {
  ChangePage,
  Notification,
  NotificationResult,
  Watch,
  WatchRequest,
} from "../contract/watch.ts";
import type {
  AccessToken,
  AccountLinkRpc,
  AccessTokenRequest,
  AuthorizationCompletion,
  AuthorizationStart,
  BeginAuthorization,
  CompleteAuthorization,
  DeliveryRpc,
  ConnectionRpc,
  GrantBackup,
  GrantTakeover,
  OpenedLink,
  Outcome,
  PressedLink,
  ReconnectRequest,
  NotificationRpc,
  ReconnectRpc,
  TenantRpc,
  TenantFact,
  TenantProposal,
} from "../contract/connection-rpc.ts";
import {
  readAccessTokenRequest,
  readBeginAuthorization,
  readChangesRequest,
  readCompleteAuthorization,
  readConfirmAuthorization,
  readEventsRequest,
  readImportRequest,
  readNotification,
  readOpenedLink,
  readPressedLink,
  readRedeliverRequest,
  readRefreshRequest,
  readUnwatchRequest,
  readWatchRequest,
  readTenantConfirmation,
  readTenantFact,
  readTenantProposal,
} from "./requests.ts";
import type { TenantGrant } from "./grant/tenant-grant.ts";
import { deliveriesIn, redeliver } from "./delivery/outbox-view.ts";
import { createParts, type Parts } from "./parts.ts";
import { changesTag, expiringTag, tooManySockets } from "./live/live-sockets.ts";
import { hideMembers } from "./hide-members.ts";
import { liveRequest, readLiveRequest } from "./live/live-request.ts";

/** Milliseconds until an alarm that ran without a configuration runs again. */
const misconfiguredWait = 15 * 60_000;

/**
 * One Microsoft connection: its tokens, its refreshes, its alarm and its sockets. Everything a stub can
 * call is in this file; the work is in the parts.
 */
export class ConnectionActor
  extends Server<Environment>
  implements ConnectionRpc, ReconnectRpc, AccountLinkRpc, TenantRpc, NotificationRpc, DeliveryRpc
{
  static override options = { hibernate: true };

  readonly #parts: Outcome<Parts>;
  /** Sockets that are being opened, and are not among the platform's yet. */
  #upgrading = 0;

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const config = configOf(env);
    this.#parts = config.ok
      ? ok(
          createParts({
            ctx,
            env,
            config: config.value,
            connectionId: ctx.id.name ?? "",
            taggedSockets: (tag) => this.getConnections(tag),
          }),
        )
      : config;
    hideMembers(this);
  }

  /** A call to Microsoft as this connection, or the upgrade that the front Worker builds. */
  override async fetch(request: Request): Promise<Response> {
    try {
      if (!this.#parts.ok) return microsoftErrorResponse(this.#parts.error);
      const parts = this.#parts.value;
      if (request.headers.has("upgrade")) return await this.#upgrade(request, parts);
      return await parts.gateway.handle(request);
    } catch (error) {
      return microsoftErrorResponse(internalError(error));
    } finally {
      if (this.#parts.ok) this.#parts.value.alarm.touch();
    }
  }

  info(): Promise<Outcome<ConnectionInfo>> {
    return this.#answer(({ state, info }) =>
      state.exists ? ok(info()) : err(unknownConnection()),
    );
  }

  beginAuthorization(options: BeginAuthorization): Promise<Outcome<AuthorizationStart>> {
    return this.#ofUser(({ authorization }) => {
      const request = readBeginAuthorization(options);
      return request.ok ? authorization.begin(request.value) : request;
    });
  }

  completeAuthorization(options: CompleteAuthorization): Promise<Outcome<AuthorizationCompletion>> {
    return this.#ofUser(({ authorization }) => {
      const request = readCompleteAuthorization(options);
      return request.ok ? authorization.complete(request.value) : request;
    });
  }

  confirmAuthorization(options: {
    flow: string;
    userId?: string;
  }): Promise<Outcome<ConnectionInfo>> {
    return this.#answer(({ authorization, tenantGrant }) => {
      if (tenantGrant !== undefined) {
        const request = readTenantConfirmation(options);
        return request.ok ? tenantGrant.confirm(request.value) : request;
      }
      const request = readConfirmAuthorization(options);
      return request.ok ? authorization.confirm(request.value) : request;
    });
  }

  connectTenant(): Promise<Outcome<ConnectionInfo>> {
    return this.#ofTenant((tenantGrant) => tenantGrant.assert({}));
  }

  restoreTenant(fact: TenantFact): Promise<Outcome<ConnectionInfo>> {
    return this.#ofTenant((tenantGrant) => {
      const request = readTenantFact(fact);
      return request.ok ? tenantGrant.restore(request.value) : request;
    });
  }

  proposeTenant(proposal: TenantProposal): Promise<Outcome<{ flow: string }>> {
    return this.#ofTenant((tenantGrant) => {
      const request = readTenantProposal(proposal);
      return request.ok ? tenantGrant.propose(request.value) : request;
    });
  }

  reconnectRequest(opened: OpenedLink): Promise<Outcome<ReconnectRequest>> {
    return this.#answer(({ reconnect }) => {
      const request = readOpenedLink(opened);
      return request.ok ? reconnect.request(request.value) : request;
    });
  }

  beginReconnect(pressed: PressedLink): Promise<Outcome<AuthorizationStart>> {
    return this.#answer(({ reconnect }) => {
      const request = readPressedLink(pressed);
      return request.ok ? reconnect.begin(request.value) : request;
    });
  }

  beginAccountLink(pressed: PressedLink): Promise<Outcome<AuthorizationStart>> {
    return this.#ofUser(({ accountStart }) => {
      const request = readPressedLink(pressed);
      return request.ok ? accountStart.begin(request.value) : request;
    });
  }

  import(options: GrantTakeover | GrantBackup): Promise<Outcome<ConnectionInfo>> {
    return this.#ofUser(({ grantImport }) => {
      const request = readImportRequest(options);
      return request.ok ? grantImport.run(request.value) : request;
    });
  }

  /** The token itself, for a caller that must call Microsoft on its own. */
  accessToken(options: AccessTokenRequest): Promise<Outcome<AccessToken>> {
    return this.#answer(async ({ refresher }) => {
      const request = readAccessTokenRequest(options);
      if (!request.ok) return request;
      const token = await refresher.token(request.value);
      if (!token.ok) return token;
      const { token: accessToken, expiresAt, generation } = token.value;
      return ok({ token: accessToken, expires_at: new Date(expiresAt).toISOString(), generation });
    });
  }

  refresh(options?: { resource?: string }): Promise<Outcome<ConnectionInfo>> {
    return this.#answer(async ({ refresher, info }) => {
      const request = readRefreshRequest(options);
      if (!request.ok) return request;
      const forced = await refresher.force(request.value.resource);
      return forced.ok ? ok(info()) : forced;
    });
  }

  disconnect(): Promise<Outcome<ConnectionInfo>> {
    return this.#answer(async ({ state, watches, disconnect, info }) => {
      if (!state.exists) return err(unknownConnection());
      // Where nothing is watched, the connection ends in this turn.
      if (watches.hasSubscriptions) await watches.release();
      // It may have been deleted meanwhile.
      if (!state.exists) return err(unknownConnection());
      disconnect();
      return ok(info());
    });
  }

  events(options?: { after?: number; limit?: number }): Promise<Outcome<EventPage>> {
    return this.#answer(({ state, links }) => {
      const request = readEventsRequest(options);
      if (!request.ok) return request;
      if (!state.exists) return err(unknownConnection());
      return ok(links.page(state.events.after(request.value.after, request.value.limit)));
    });
  }

  watch(options: WatchRequest): Promise<Outcome<Watch>> {
    return this.#answer(({ watches }) => {
      const request = readWatchRequest(options);
      return request.ok ? watches.watch(request.value) : request;
    });
  }

  unwatch(options: { watchId: string }): Promise<Outcome<Watch>> {
    return this.#answer(({ watches }) => {
      const request = readUnwatchRequest(options);
      return request.ok ? watches.unwatch(request.value.watchId) : request;
    });
  }

  watches(): Promise<Outcome<Watch[]>> {
    return this.#answer(({ watches }) => watches.list());
  }

  changes(options?: { after?: number; limit?: number }): Promise<Outcome<ChangePage>> {
    return this.#answer(async ({ state, changes }) => {
      const request = readChangesRequest(options);
      if (!request.ok) return request;
      if (!state.exists) return err(unknownConnection());
      return ok(await changes.page(request.value.after, request.value.limit));
    });
  }

  notify(notification: Notification): Promise<Outcome<NotificationResult>> {
    return this.#answer(({ notifications }) => {
      const request = readNotification(notification);
      return request.ok ? notifications.take(request.value) : request;
    });
  }

  deliveries(): Promise<Outcome<Delivery[]>> {
    return this.#answer(({ state }) =>
      state.exists ? ok(deliveriesIn(state.outbox)) : err(unknownConnection()),
    );
  }

  redeliver(options: { sink: string }): Promise<Outcome<Delivery[]>> {
    return this.#answer(({ state, alarm, now }) => {
      const request = readRedeliverRequest(options);
      if (!request.ok) return request;
      if (!state.exists) return err(unknownConnection());
      if (!redeliver(state.outbox, request.value.sink, now())) return err(notBehind());
      alarm.arm();
      return ok(deliveriesIn(state.outbox));
    });
  }

  /** Never throws: the platform would try six times and then forget. */
  override async alarm(info?: AlarmInvocationInfo): Promise<void> {
    if (this.#parts.ok) return this.#parts.value.alarm.run(info?.scheduledTime);
    // A corrected configuration wakes no object: an idle grant, which no call touches, would lapse.
    await this.ctx.storage.setAlarm(Date.now() + misconfiguredWait);
  }

  /** Only sockets whose credential ends have to be looked at before each send. */
  override getConnectionTags(_: Connection, { request }: ConnectionContext): string[] {
    const live = readLiveRequest(request);
    if (!live.ok) return [];
    const { expiresAt, changes } = live.value;
    return [
      ...(expiresAt === null ? [] : [expiringTag]),
      ...(changes === undefined ? [] : [changesTag]),
    ];
  }

  override onConnect(socket: Connection, { request }: ConnectionContext): void {
    // The base class would send the stack of what is thrown here to the peer.
    try {
      const live = readLiveRequest(request);
      if (!live.ok || !this.#parts.ok) return socket.close(1011);
      const { sockets, countSockets } = this.#parts.value;
      sockets.greet(socket, live.value);
      countSockets();
    } catch (error) {
      internalError(error);
      socket.close(1011);
    }
  }

  override onClose(): void {
    if (this.#parts.ok) this.#parts.value.countSockets();
  }

  override onMessage(): void {
    // Sockets send nothing but `ping`, which the runtime answers.
  }

  override onError(): void {
    // A socket that fails closes; there is nothing to do.
  }

  async #upgrade(request: Request, { state, sockets, tickets, now }: Parts): Promise<Response> {
    const live = readLiveRequest(request);
    if (!live.ok) return microsoftErrorResponse(live.error);
    if (!state.exists) return microsoftErrorResponse(unknownConnection());
    const { ticket } = live.value;
    // Before the ticket is used up: its holder may come again.
    if (!sockets.hasRoom(this.#upgrading)) return microsoftErrorResponse(tooManySockets());
    if (ticket !== undefined && !tickets.consume(ticket.jti, ticket.expiresAt, now())) {
      return microsoftErrorResponse(failure("unauthenticated", "This ticket was used before."));
    }
    this.#upgrading += 1;
    try {
      // Rebuilt: the base class takes ids and props from the request it is given.
      return await super.fetch(liveRequest(live.value));
    } finally {
      this.#upgrading -= 1;
    }
  }

  /** What is done by a person's sign-in: a tenant's connection must never hold the grant of one. */
  #ofUser<Value>(
    work: (parts: Parts) => Outcome<Value> | Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    return this.#answer((parts) =>
      parts.tenantGrant === undefined ? work(parts) : err(notAUsers()),
    );
  }

  #ofTenant<Value>(
    work: (tenantGrant: TenantGrant) => Outcome<Value> | Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    return this.#answer(({ tenantGrant }) =>
      tenantGrant === undefined ? err(notATenants()) : work(tenantGrant),
    );
  }

  async #answer<Value>(
    work: (parts: Parts) => Outcome<Value> | Promise<Outcome<Value>>,
  ): Promise<Outcome<Value>> {
    if (!this.#parts.ok) return this.#parts;
    try {
      const outcome = await work(this.#parts.value);
      return outcome.ok ? outcome : err(this.#parts.value.links.failure(outcome.error));
    } catch (error) {
      return err(internalError(error));
    } finally {
      this.#parts.value.alarm.touch();
    }
  }
}

const notAUsers = (): Failure =>
  invalidField("connection", "is of a tenant: no person's account is connected there");

const notBehind = (): Failure =>
  failure("not_found", "This receiver is none of this deployment's, or has got everything.", {
    details: { field: "sink" },
  });

const notATenants = (): Failure => invalidField("connection", "is of a user, and of no tenant");

const internalError = (error: unknown): Failure => unexpectedFailure(error, crypto.randomUUID());
