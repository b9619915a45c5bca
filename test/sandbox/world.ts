import type { Hono } from "hono";

/** Settings the control API can change while the sandbox runs. Times are seconds. */
export interface Settings {
  access_token_lifetime_s: number;
  refresh_in_s: number | null;
  page_size: number | null;
  /** Whether tokens asked for with xms_cc=cp1 become long-lived and revocable at once. */
  cae: boolean;
  /** Added to the machine's clock, so that a test can let hours pass. */
  clock_offset_s: number;
  /** Whether the application has a signing key of its own, as one with mapped claims has. */
  app_signing_key: boolean;
  /** How long Exchange holds one of a mailbox's four places; null, a few milliseconds. */
  mailbox_latency_ms: number | null;
  /** The seed by which some requests are answered oddly; null: none is. */
  chaos: string | null;
  /** Which share of the requests `chaos` answers oddly, from 0 to 1. */
  chaos_share: number;
}

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
}

export type Audience = "graph" | "arm" | "vault" | "storage";

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
