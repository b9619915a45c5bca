import type { Remedy } from "./remedy.ts";

/** A connection as callers see it: the same JSON over HTTP, RPC and sockets. */

export const connectionStatuses = [
  "pending",
  "active",
  "degraded",
  "action_required",
  "disconnected",
] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** Why calls of a throttle scope wait, or, for `quota`, how many are left until they do. */
export const cooldownReasons = ["throttled", "quota"] as const;
export type CooldownReason = (typeof cooldownReasons)[number];

/**
 * How a tenant came to be connected: the deployer said so, or an administrator of the tenant consented
 * and signed in. A token alone proves only that the application is installed there.
 */
export const tenantProofs = ["asserted", "consent"] as const;
export type TenantProof = (typeof tenantProofs)[number];

/** Who consented for a tenant. */
export interface Administrator {
  object_id: string;
  upn: string | null;
  name: string | null;
}

export interface ConnectionInfo {
  id: string;
  kind: "user" | "tenant";
  status: ConnectionStatus;
  remedy?: Remedy | undefined;
  identity?:
    | { tenant_id: string; object_id: string; upn: string | null; name: string | null }
    | undefined;
  /** Permissions that were granted. */
  scopes: string[];
  /** Those that its sign-ins asked for, if any did. */
  required_scopes?: string[] | undefined;
  /**
   * First uses, if there were any: of Graph by the permission that a call needed, `unknown` where that is
   * not known here; of other services by their name.
   */
  used_permissions?: { permission: string; first_used_at: string }[] | undefined;
  /** Of a tenant: application permissions in its last token of Graph. For display only. */
  roles?: string[] | undefined;
  /** Of a tenant that is connected. */
  proof?: TenantProof | undefined;
  /** In the answer to a confirmation alone: who signed in as administrator of the tenant. */
  administrator?: Administrator | undefined;
  resources: ConnectionResource[];
  cooldowns: Cooldown[];
  /** Times are RFC 3339. */
  created_at: string;
  updated_at: string;
  last_refresh_at: string | null;
  last_used_at: string | null;
}

/** The access token of one resource, without the token. */
export interface ConnectionResource {
  resource: string;
  tenant_id: string;
  expires_at: string | null;
  refresh_at: string | null;
  /** Absent while there is no token. */
  issued_at?: string | undefined;
  /** First use of this very token; absent: none yet. */
  first_used_at?: string | undefined;
  generation: number;
  remedy?: Remedy | undefined;
}

export interface Cooldown {
  service: string;
  /** The throttle scope: what shares one limit at Microsoft. A service alone: all of it. */
  applies_to: string;
  until: string | null;
  reason: CooldownReason;
  /** ARM's remaining-quota headers, by header name. */
  remaining?: Record<string, number> | undefined;
}
