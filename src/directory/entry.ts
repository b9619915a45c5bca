import * as z from "zod";
import { time } from "../contract/time.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import type { ListedConnection } from "../contract/listed-connection.ts";
import { connectionStatuses } from "../contract/connection-info.ts";
import { remedyActions } from "../contract/remedy.ts";

/** One connection as the directory knows it: a row of `oauth_connections`, in its column names. */
export const directoryEntrySchema = z.object({
  connection_id: z.string(),
  status: z.enum(connectionStatuses),
  remedy_action: z.enum(remedyActions).nullable(),
  tenant_id: z.string().nullable(),
  upn: z.string().nullable(),
  /** Granted scopes, separated by spaces. */
  scope: z.string().nullable(),
  /** Ciphertext; opens for this connection id only. */
  refresh_token: z.string().nullable(),
  /** Grows with every change; an older one never replaces a newer. */
  version: z.int(),
  created_at: time,
  updated_at: time,
  next_contact_at: time.nullable(),
  /** Sinks whose delivery is paused, names separated by spaces. */
  paused_sinks: z.string().nullable(),
});
export type DirectoryEntry = z.infer<typeof directoryEntrySchema>;

/** A connection whose next contact is overdue. */
export const overdueEntrySchema = directoryEntrySchema
  .pick({ connection_id: true, status: true, version: true })
  .extend({ next_contact_at: time });
export type OverdueEntry = z.infer<typeof overdueEntrySchema>;

export const directoryColumns = Object.keys(directoryEntrySchema.shape);

/** The columns that say whose a connection is; both are read off its id. */
export function ownerColumns(connectionId: string): { user_id: string; provider: string } {
  const owner = parseConnectionId(connectionId);
  if (owner === undefined) throw new Error("not the id of a connection");
  if (owner.kind === "tenant") return { user_id: "", provider: `azure:tenant:${owner.tenantId}` };
  const { userId, label } = owner;
  return { user_id: userId, provider: label === undefined ? "azure" : `azure:${label}` };
}

/** What a column holds that has several values, separated by spaces. */
export const wordsOf = (text: string | null): string[] =>
  text === null || text === "" ? [] : text.split(" ");

export function listedConnection(entry: DirectoryEntry): ListedConnection {
  const { connection_id: id, scope, refresh_token: _backup, version: _version, ...rest } = entry;
  const { paused_sinks: paused, ...shown } = rest;
  const owner = parseConnectionId(id);
  const user = owner?.kind === "user" ? owner : undefined;
  return {
    id,
    kind: owner?.kind ?? "user",
    user_id: user?.userId ?? null,
    label: user?.label ?? null,
    ...shown,
    scopes: wordsOf(scope),
    paused_sinks: wordsOf(paused),
  };
}
