import { defined } from "./defined.ts";

export type ConnectionOwner =
  | { kind: "user"; userId: string; label?: string }
  | { kind: "tenant"; tenantId: string };

/** The name of a connection's Durable Object. No user id can hold a colon, so no two owners share one. */
export function connectionIdOf(owner: ConnectionOwner): string {
  if (owner.kind === "tenant") return `tenant:${owner.tenantId}`;
  return owner.label === undefined ? `user:${owner.userId}` : `user:${owner.userId}:${owner.label}`;
}

/** A user's connection: their first account, or a labelled one. */
export const userConnectionId = ({
  userId,
  label,
}: {
  userId: string;
  label?: string | undefined;
}): string => connectionIdOf({ kind: "user", userId, ...defined({ label }) });

/** Names a connection by its id on gateways, whose query is Microsoft's alone. */
export const connectionHeader = "x-azure-connection";
