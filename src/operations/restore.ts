import { parseConnectionId } from "../contract/connection-id.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Outcome } from "../contract/connection-rpc.ts";
import type { OwnStub } from "../contract/connection-rpc.ts";
import { conflict, unknownConnection } from "../contract/errors.ts";
import { err } from "../contract/result.ts";
import type { Directory } from "../directory/directory.ts";

/**
 * Gives a connection whose object lost everything its grant back, from the backup in its row. The
 * connection itself decides: only it can open the backup, and it proves it before it keeps it.
 *
 * @returns `not_found` without a row; `conflict` when the connection was disconnected, never had a
 *   grant or still has it; `action_required` when the backup is no longer accepted
 */
export async function restore(
  directory: Directory,
  connection: Pick<OwnStub, "import" | "restoreTenant">,
  connectionId: string,
): Promise<Outcome<ConnectionInfo>> {
  const entry = await directory.read(connectionId);
  if (entry === undefined) return err(unknownConnection());
  if (entry.status === "disconnected") {
    return err(
      conflict("disconnected", "This connection was disconnected: only a new sign-in connects it."),
    );
  }
  if (parseConnectionId(connectionId)?.kind === "tenant") {
    return entry.status === "pending"
      ? err(conflict("no_backup", "This tenant was never connected: connect it instead."))
      : connection.restoreTenant({ version: entry.version });
  }
  const { refresh_token: sealedRefreshToken, tenant_id: tenantId, scope, version } = entry;
  if (sealedRefreshToken === null || tenantId === null) {
    return err(conflict("no_backup", "This connection never held a grant: sign in instead."));
  }
  const scopes = scope === null ? [] : scope.split(" ");
  return connection.import({ sealedRefreshToken, tenantId, scopes, version });
}
