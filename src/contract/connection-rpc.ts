import type { EventPage } from "./connection-events.ts";
import type { Administrator, ConnectionInfo } from "./connection-info.ts";
import type { Delivery } from "./delivery.ts";
import type { Failure } from "./errors.ts";
import type { Result } from "./result.ts";
import type { ChangePage, Notification, NotificationResult, Watch, WatchRequest } from "./watch.ts";

/** What a sign-in may ask of Microsoft's page (OpenID Connect Core §3.1.2.1). */
export const prompts = ["login", "none", "consent", "select_account"] as const;
export type Prompt = (typeof prompts)[number];

/** What the RPC surface of the actor takes and gives. Times and durations say their unit. */

export type Outcome<Value> = Result<Value, Failure>;

export interface BeginAuthorization {
  /** `user`: the browser that starts must finish. `server`: whoever started confirms with `flow`. */
  start: "user" | "server";
  /** GUID, verified domain, `common`, `organizations` or `consumers`; default AZURE_TENANT_ID. */
  tenantId?: string;
  /** Added to the default scopes. */
  scopes?: readonly string[];
  loginHint?: string;
  prompt?: Prompt;
  returnUrl?: string;
  /** One of AZURE_REDIRECT_URI; default its first. */
  redirectUri?: string;
}

export interface AuthorizationStart {
  authUrl: string;
  state: string;
  expiresAt: string;
  /** User start only: the value of the cookie that binds the flow to its browser. */
  browserBinding?: string;
}

/** A link that somebody opened. */
export interface OpenedLink {
  /** As it stands in the address: the connection checks it anew, since any sibling can send one. */
  link: string;
}

/** One whose button was pressed. */
export interface PressedLink extends OpenedLink {
  /** Address or network of the browser: those that it begins give way to each other first. */
  from: string;
}

/** What the page of a reconnect link may show to whoever opened it. */
export interface ReconnectRequest {
  /** `a•••@contoso.example`; null when the account has no name. */
  account: string | null;
  /** Why the account has to sign in. */
  message: string;
  /** Permissions that it will be asked for; none when it only has to sign in. */
  scopes: readonly string[];
}

export interface CompleteAuthorization {
  state: string;
  /** Microsoft's answer: `code`, or `error` with `error_description`, as query string. */
  response: string;
  /** User start only: the cookie's value. */
  browserBinding?: string;
  /** Confirm at once: only for a host that has checked who is signed in (`completeConnect`). */
  confirmed?: boolean;
}

/** How far a sign-in is when its callback is sent once more: `details.reason` of that refusal. */
export const repeatedStages = ["under_way", "awaits_confirmation", "finished"] as const;
export type RepeatedStage = (typeof repeatedStages)[number];

export type AuthorizationCompletion =
  | { outcome: "connected"; info: ConnectionInfo; returnUrl?: string }
  /** The candidate waits; `flow` goes to `returnUrl` only. */
  | { outcome: "confirmation_required"; flow: string; returnUrl: string }
  /** A personal account signs in at another authority: the browser goes on there under a new state. */
  | { outcome: "continued"; authUrl: string; state: string; expiresAt: string }
  /** The state was good, the sign-in was not: the flow is over. */
  | { outcome: "refused"; error: Failure; returnUrl?: string };

/** A refresh token that another system holds. */
export interface GrantTakeover {
  refreshToken: string;
  /** Default AZURE_TENANT_ID. */
  tenantId?: string;
}

/** The directory's backup of a connection whose object was lost. It opens in that connection only. */
export interface GrantBackup {
  sealedRefreshToken: string;
  tenantId: string;
  /** Granted when it was made. */
  scopes: readonly string[];
  /** Of the directory's row: what the connection writes from now on is newer. */
  version: number;
}

/** That a tenant was connected. Nothing of it is secret: the credential is the application's. */
export interface TenantFact {
  /** Of the directory's row, where the object was lost: what the connection writes from now on is newer. */
  version?: number;
}

/** What an administrator of a tenant has proven by a sign-in there. */
export interface TenantProposal {
  /** Of that sign-in; used up by this. */
  nonce: string;
  /** Who started it, and alone can confirm. */
  userId: string;
  administrator: Administrator;
}

export interface TenantConfirmation {
  flow: string;
  /** Who is signed in at the host, in the browser that came back. */
  userId: string;
}

export interface AccessTokenRequest {
  resource: string;
  tenantId?: string;
  /** The token must be valid for at least this long; default 30. */
  minValiditySeconds?: number;
  /** The generation of a token the resource refused: refreshed only if it is still the current one. */
  staleGeneration?: number;
}

export interface AccessToken {
  token: string;
  expires_at: string;
  generation: number;
}

/**
 * All that a holder of the stub can call in addition to `fetch`. `connect` is not among the names: service
 * bindings and stubs already have one, for TCP.
 */
export interface ConnectionRpc {
  info(): Promise<Outcome<ConnectionInfo>>;
  beginAuthorization(options: BeginAuthorization): Promise<Outcome<AuthorizationStart>>;
  completeAuthorization(options: CompleteAuthorization): Promise<Outcome<AuthorizationCompletion>>;
  /** Of a tenant's connection `userId` has to be given. */
  confirmAuthorization(options: {
    flow: string;
    userId?: string;
  }): Promise<Outcome<ConnectionInfo>>;
  import(options: GrantTakeover | GrantBackup): Promise<Outcome<ConnectionInfo>>;
  accessToken(options: AccessTokenRequest): Promise<Outcome<AccessToken>>;
  refresh(options?: { resource?: string }): Promise<Outcome<ConnectionInfo>>;
  disconnect(): Promise<Outcome<ConnectionInfo>>;
  events(options?: { after?: number; limit?: number }): Promise<Outcome<EventPage>>;
  /** Asks for a watch; the same resource and change types are the same watch. */
  watch(options: WatchRequest): Promise<Outcome<Watch>>;
  unwatch(options: { watchId: string }): Promise<Outcome<Watch>>;
  watches(): Promise<Outcome<Watch[]>>;
  /** What watches reported, in a sequence of its own. */
  changes(options?: { after?: number; limit?: number }): Promise<Outcome<ChangePage>>;
}

/** A connection as every caller outside its object sees it: a signed-in `fetch`, and the RPC surface. */
export interface ConnectionStub extends ConnectionRpc {
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
}

/** What the pages of this Worker ask of a connection for whoever has a reconnect link; no sibling does. */
export interface ReconnectRpc {
  /** What the link asks for. Begins nothing. */
  reconnectRequest(opened: OpenedLink): Promise<Outcome<ReconnectRequest>>;
  /** Starts its sign-in: of the same account, in the browser that starts it. */
  beginReconnect(pressed: PressedLink): Promise<Outcome<AuthorizationStart>>;
}

/** What the page of an account link asks of a connection; no sibling does. */
export interface AccountLinkRpc {
  /** Starts a sign-in of the account that the connection's user is, in the browser that starts it. */
  beginAccountLink(pressed: PressedLink): Promise<Outcome<AuthorizationStart>>;
}

/** What the route that Graph posts to asks of a connection, once it has found the address to be ours. */
export interface NotificationRpc {
  notify(notification: Notification): Promise<Outcome<NotificationResult>>;
}

/** What the operations of this Worker ask about receivers of events; no sibling does. */
export interface DeliveryRpc {
  /** Receivers that are behind. */
  deliveries(): Promise<Outcome<Delivery[]>>;
  /** Tries one of them now. */
  redeliver(options: { sink: string }): Promise<Outcome<Delivery[]>>;
}

/** What the operations of this Worker ask of a tenant's connection; no sibling does. */
export interface TenantRpc {
  /** Connects the tenant of this connection on the caller's word. */
  connectTenant(): Promise<Outcome<ConnectionInfo>>;
  /** Gives a tenant's connection that was lost the fact back that it was connected. */
  restoreTenant(fact: TenantFact): Promise<Outcome<ConnectionInfo>>;
  /** Keeps what an administrator of the tenant has proven, until it is confirmed. */
  proposeTenant(proposal: TenantProposal): Promise<Outcome<{ flow: string }>>;
}

/** The same connection as this Worker itself sees it. */
export interface OwnStub
  extends ConnectionStub, ReconnectRpc, AccountLinkRpc, TenantRpc, NotificationRpc, DeliveryRpc {}
