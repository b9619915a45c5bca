import { parseConnectionId } from "../contract/connection-id.ts";
import type { ConnectionStub } from "../contract/connection-rpc.ts";
import type { Directory } from "../directory/directory.ts";
import { AzureError, conflict, failure } from "../contract/errors.ts";

/** Labelled connections of one user at most: each keeps an object and a row. */
export const labelsPerUser = 16;

/** The connection to sign in to, and the directory that knows the user's others. */
export interface Labelled {
  connectionId: string;
  connection: ConnectionStub;
  directory: Directory | undefined;
}

/**
 * Checks a sign-in that would make a connection of a new label. Labels are counted in the directory,
 * which lags by seconds, so the bound is approximate. While the directory cannot be asked there is no
 * bound: a sign-in does not depend on D1.
 *
 * @throws AzureError `forbidden` without `mayAdd`, `conflict` when the user has too many labels
 */
export async function admitLabel(
  { connectionId, connection, directory }: Labelled,
  { mayAdd }: { mayAdd: boolean },
): Promise<void> {
  const owner = parseConnectionId(connectionId);
  if (owner?.kind !== "user" || owner.label === undefined) return;
  const held = await connection.info();
  if (held.ok || held.error.code !== "not_found") return;
  // An object that was lost is known by its row.
  const labels = await directory?.labels(owner.userId, connectionId).catch(() => undefined);
  if (labels?.known === true) return;
  if (!mayAdd) {
    throw new AzureError(
      failure(
        "forbidden",
        "This credential lacks the scope connections:write, which a new label needs.",
        { details: { reason: "missing_scope", scope: "connections:write", field: "label" } },
      ),
    );
  }
  if ((labels?.count ?? 0) >= labelsPerUser) {
    throw new AzureError(
      conflict(
        "too_many_labels",
        `This user has ${labelsPerUser} labels, open sign-ins and disconnected ones counted, which is the most: use one of them.`,
      ),
    );
  }
}
