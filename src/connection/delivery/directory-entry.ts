import type { DirectoryEntry } from "../../directory/entry.ts";
import type { ConnectionState } from "../connection-state.ts";
import { remedyActionOf } from "../policy/directory-policy.ts";

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The directory's row of a connection, as the tables are now. */
export function directoryEntry(connectionId: string, state: ConnectionState): DirectoryEntry {
  const grant = state.grant();
  const status = state.status(grant);
  const paused = state.outbox.paused();
  return {
    connection_id: connectionId,
    status: status.status,
    remedy_action: remedyActionOf(status, grant.app_error),
    tenant_id: grant.tenant_id,
    upn: grant.upn,
    scope: grant.scopes.length === 0 ? null : grant.scopes.join(" "),
    refresh_token: grant.refresh_token,
    version: grant.version,
    created_at: timeOf(grant.created_at),
    updated_at: timeOf(grant.updated_at),
    paused_sinks: paused.length === 0 ? null : paused.join(" "),
    next_contact_at: grant.contact_at === null ? null : timeOf(grant.contact_at),
  };
}
