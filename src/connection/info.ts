import { defined } from "../contract/defined.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";

/** The last moment that a date can name. */
const lastMoment = 8.64e15;

/** @param milliseconds any whole number: what an older version stored may be no date */
const timeOf = (milliseconds: number): string =>
  new Date(Math.max(-lastMoment, Math.min(lastMoment, milliseconds))).toISOString();
const maybeTime = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : timeOf(milliseconds);

/** What readers of the connection see: never a token, never a secret. */
export function connectionInfo(
  connectionId: string,
  state: ConnectionState,
  { now, armQuota }: { now: number; armQuota: Readonly<Record<string, number>> },
): ConnectionInfo {
  const grant = state.grant();
  const { status, remedy } = state.status(grant);
  const used = state.permissions.list();
  const { tenant_id: tenantId, object_id: objectId } = grant;
  return {
    id: connectionId,
    kind: grant.kind,
    status,
    ...defined({ remedy }),
    ...(tenantId !== null &&
      objectId !== null && {
        identity: { tenant_id: tenantId, object_id: objectId, upn: grant.upn, name: grant.name },
      }),
    scopes: [...grant.scopes],
    ...(grant.required_scopes.length > 0 && { required_scopes: [...grant.required_scopes] }),
    ...(used.size > 0 && {
      used_permissions: [...used].map(([permission, at]) => ({
        permission,
        first_used_at: timeOf(at),
      })),
    }),
    ...(grant.proof !== null && { roles: [...grant.roles], proof: grant.proof }),
    resources: state.tokens.list().map((row) => ({
      resource: row.resource,
      tenant_id: row.tenant_id,
      expires_at: maybeTime(row.expires_at),
      refresh_at: maybeTime(row.refresh_at),
      ...(row.issued_at !== null && { issued_at: timeOf(row.issued_at) }),
      ...(row.first_used_at !== null && { first_used_at: timeOf(row.first_used_at) }),
      generation: row.generation,
      ...defined({ remedy: row.remedy ?? undefined }),
    })),
    cooldowns: cooldownsOf(state, now, armQuota),
    created_at: timeOf(grant.created_at),
    updated_at: timeOf(grant.updated_at),
    last_refresh_at: maybeTime(grant.last_refresh_at),
    last_used_at: maybeTime(state.lastUsedAt(grant)),
  };
}

/** What waits, and what ARM says is left before it would make us wait. */
function cooldownsOf(
  state: ConnectionState,
  now: number,
  armQuota: Readonly<Record<string, number>>,
): ConnectionInfo["cooldowns"] {
  const open = state.cooldowns.list(now).map(({ service, scope, until, reason }) => ({
    service,
    applies_to: scope,
    until: timeOf(until),
    reason,
  }));
  if (Object.keys(armQuota).length === 0) return open;
  const quota = { service: "arm", applies_to: "arm", until: null, reason: "quota" } as const;
  return [...open, { ...quota, remaining: { ...armQuota } }];
}
