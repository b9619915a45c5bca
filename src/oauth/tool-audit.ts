import { grantsStub } from "../connection/stub.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import { isRecord, parseJson } from "../http/json.ts";
import { connectionHash } from "../platform/connection-hash.ts";
import type { Environment } from "../platform/env.ts";
import { objectOfUser } from "./grant-store.ts";

/** The last calls of tools by agents, of each connection: what the log has of them, for a while. */

/** As many as are kept of a connection, and for how long in milliseconds. */
export const mostAuditLines = 200;
const kept = 30 * 24 * 60 * 60_000;

const prefixOf = (connectionId: string): string => `audit:${connectionHash(connectionId)}:`;

/** The object of a user's grants keeps them; connections of tenants have no agents. */
function objectOf(connectionId: string): string | undefined {
  const owner = parseConnectionId(connectionId);
  return owner?.kind === "user" ? objectOfUser(owner.userId) : undefined;
}

/**
 * Milliseconds for which lines are gathered. An agent calls several tools one after the other, and a row
 * for each would cost more than the calls; what an isolate takes with it is in the log.
 */
const gathering = 2_000;

/** Milliseconds after which a request that gathers lines has ended without writing them. */
const longestGathering = 5 * gathering;

interface Gathered {
  lines: string[];
  /** Milliseconds since the epoch. */
  since: number;
}

/** Lines of connections that are not written yet. */
const gathered = new Map<string, Gathered>();

/**
 * Keeps a line, together with those that follow soon. Only the first of them waits for it.
 *
 * @param now milliseconds since the epoch
 */
export async function keepAuditLine(
  env: Environment,
  connectionId: string,
  line: object,
  now: number,
): Promise<void> {
  const name = objectOf(connectionId);
  if (name === undefined) return;
  const text = JSON.stringify({ time: new Date(now).toISOString(), ...line });
  const open = gathered.get(connectionId);
  if (open !== undefined && now - open.since < longestGathering) {
    open.lines.push(text);
    return;
  }
  const own: Gathered = { lines: [text], since: now };
  gathered.set(connectionId, own);
  await new Promise((resolve) => {
    setTimeout(resolve, gathering);
  });
  if (gathered.get(connectionId) === own) gathered.delete(connectionId);
  const grants = await grantsStub(env, name, { creates: true });
  await grants.append({
    prefix: prefixOf(connectionId),
    lines: own.lines.slice(-mostAuditLines),
    expiresAt: now + kept,
    most: mostAuditLines,
  });
}

/** @returns the lines, the oldest first */
export async function auditLinesOf(
  env: Environment,
  connectionId: string,
): Promise<Record<string, unknown>[]> {
  const name = objectOf(connectionId);
  if (name === undefined) return [];
  const grants = await grantsStub(env, name);
  const listed = await grants.list(prefixOf(connectionId), mostAuditLines);
  return listed.flatMap(({ metadata = "" }) => {
    const line = parseJson(metadata);
    return isRecord(line) ? [line] : [];
  });
}
