import { faultWithin } from "../../platform/deadline.ts";
import type { Directory } from "../../directory/directory.ts";
import type { DirectoryEntry } from "../../directory/entry.ts";
import { logMisconfigured, type ConnectionLine } from "../../platform/log.ts";
import { traced } from "../../platform/traced.ts";
import type { ConnectionState } from "../connection-state.ts";
import { remedyActionOf } from "../policy/directory-policy.ts";

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The directory's row of a connection, read off its tables as they are now. */
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

/** A forgotten migration is the operator's to mend, and named for them. */
const misconfigured = (error: unknown): never => {
  logMisconfigured(error);
  throw error;
};

/** Longer than this a write is taken for failed; should it succeed later, its version fences it. */
const deadline = 10_000;

export interface DirectorySinkOptions {
  directory: Directory;
  connectionId: string;
  state: ConnectionState;
  log: (line: ConnectionLine) => void;
}

/** Keeps one connection's row in the directory. */
export class DirectorySink {
  readonly #options: DirectorySinkOptions;

  constructor(options: DirectorySinkOptions) {
    this.#options = options;
  }

  /** Writes the row as the connection is now; false when it has to be tried again. */
  tell(): Promise<boolean> {
    const { directory, connectionId, state } = this.#options;
    return this.#done(() => directory.upsert(directoryEntry(connectionId, state)));
  }

  /** Takes out the row of a connection that never came to be; false when it has to be tried again. */
  withdraw(): Promise<boolean> {
    const { directory, connectionId, state } = this.#options;
    return this.#done(() => directory.removePending(connectionId, state.grant().version));
  }

  async #done(write: () => Promise<void>): Promise<boolean> {
    const fault = await faultWithin(
      deadline,
      traced("directory.write", write).catch(misconfigured),
    );
    if (fault === undefined) return true;
    this.#options.log({ level: "warn", event: "directory_failed", error_name: fault });
    return false;
  }
}
