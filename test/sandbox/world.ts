import type { Hono } from "hono";
import type { Subscription } from "./graph/subscriptions/subscription.ts";
import type { Audience, Fetch, Settings } from "./public-types.ts";
import type { SigningKey } from "./signing-key.ts";

export type { Audience, Settings };

export interface SandboxUser {
  /** Sign-in name, as a person types it. */
  upn: string;
  name: string;
  givenName: string;
  surname: string;
  jobTitle: string | null;
  mail: string | null;
  homeTenantId: string;
  /** Object id per tenant: the home tenant's and, for a guest, the host tenant's. */
  objectIds: ReadonlyMap<string, string>;
  admin: boolean;
  /** Values of the application's own roles that the account was given in its home tenant. */
  appRoles: readonly string[];
}

/** A bearer token that a service may accept. */
export interface Caller {
  kind: "user" | "app";
  tenantId: string;
  objectId: string;
  user?: SandboxUser;
  clientId: string;
  /** Delegated permissions (`scp`), short names: `User.Read`, `user_impersonation`. */
  scopes: ReadonlySet<string>;
  /** Application permissions (`roles`). */
  roles: ReadonlySet<string>;
  /** The token says its client answers claims challenges (xms_cc cp1). */
  claimsCapable: boolean;
}

export type TokenFault = "missing" | "malformed" | "expired" | "audience" | "revoked";

export type Authentication =
  | { ok: true; caller: Caller }
  /** `claims` is the base64 challenge to put into WWW-Authenticate when the token was revoked. */
  | { ok: false; fault: TokenFault; audience?: string; claims?: string };

/** A list that outlives a restart. */
export interface Kept<T> {
  all(): readonly T[];
  /** Returns when it is durable. */
  replace(list: readonly T[]): void;
}

/** What the services of the sandbox share. */
export interface World {
  readonly settings: Settings;
  readonly users: readonly SandboxUser[];
  /** Milliseconds, with the clock offset applied. */
  now(): number;
  /** Checks signature, audience, lifetime and revocation of the request's bearer token. */
  authenticate(request: Request, audience: Audience): Promise<Authentication>;
  /** Called by `POST /_sandbox/reset`, after the settings are back at their defaults. */
  onReset(restore: () => void): void;
  /** A random v4 GUID. */
  guid(): string;
  /** Sends what Microsoft sends unasked: the notifications of changes. */
  readonly outbound: Fetch;
  /** The subscriptions to changes in Graph, those that have expired among them. */
  readonly subscriptions: Kept<Subscription>;
  /** Entra's key: the tokens in Graph's notifications are Entra's. */
  signingKey(): Promise<SigningKey>;
  /**
   * The answer a fault of the control API gives in place of the real one, if one matches. Requests
   * inside a $batch ask here, since no fault on the outer URL can mean one of them.
   */
  fault?(request: Request): Promise<Response | undefined>;
}

/**
 * A service sees its own paths (`/v1.0/me`, `/subscriptions`), whatever origin and prefix the
 * request came by; `base` is that origin and prefix, for the absolute links in its answers.
 */
export interface ServiceEnvironment {
  Bindings: { base: string };
}

export type Service = Hono<ServiceEnvironment>;
