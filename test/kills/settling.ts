import { setTimeout } from "node:timers/promises";
import {
  directoryRows,
  objectFiles,
  type DirectoryRow,
  type GrantsFile,
  type ObjectFile,
} from "../support/object-files.ts";

/** Why a connection has not come to rest after a restart; undefined when it has. */
export function unsettled(
  { intent, outbox, status, version }: ObjectFile,
  row: DirectoryRow | undefined,
  restartedAt: number,
): string | undefined {
  if (intent !== null && intent < restartedAt) return "an intent of the dead process is left";
  if (outbox > 0) return `${outbox} deliveries wait`;
  if (row?.version !== version || row.status !== status) {
    return `the directory says ${row?.status} (${row?.version}), the object ${status} (${version})`;
  }
  return undefined;
}

/** Milliseconds that expired rows may stay: one sweep takes more of them. */
const sweepDelay = 60 * 60_000;

/** Why an object of the authorization server would stay for good; undefined: it is swept when its rows have expired. */
export function unswept({ file, rows, expiry, alarm }: GrantsFile): string | undefined {
  if (rows === 0) return `${file} holds nothing, and is still there`;
  if (expiry === null || (alarm !== null && alarm <= expiry + sweepDelay)) return undefined;
  return `${file} holds ${rows} rows, of which one expires at ${expiry}, and wakes at ${alarm}`;
}

/**
 * Waits until all connections have come to rest, with nobody calling them.
 *
 * @param patience milliseconds
 * @returns why some have not, by connection id
 */
export async function settle(
  persist: string,
  connections: readonly string[],
  { restartedAt, patience }: { restartedAt: number; patience: number },
): Promise<Map<string, string>> {
  const deadline = Date.now() + patience;
  for (;;) {
    const late = Date.now() > deadline;
    // The directory first: what a connection tells meanwhile only makes it the newer one.
    const rows = directoryRows(persist);
    const reasons = new Map(
      objectFiles(persist, connections).flatMap((file) => {
        const reason = unsettled(file, rows.get(file.connection), restartedAt);
        return reason === undefined ? [] : [[file.connection, reason] as const];
      }),
    );
    if (reasons.size === 0 || late) return reasons;
    await setTimeout(100);
  }
}
