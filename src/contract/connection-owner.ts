export type ConnectionOwner =
  | { kind: "user"; userId: string; label?: string }
  | { kind: "tenant"; tenantId: string };

/** The name of a connection's Durable Object. No user id can hold a colon, so no two owners share one. */
export const connectionIdOf = (owner: ConnectionOwner): string =>
  owner.kind === "tenant" ? `tenant:${owner.tenantId}` : userConnectionId(owner);

/** A user's connection: their first account, or a labelled one. */
export const userConnectionId = ({
  userId,
  label,
}: {
  userId: string;
  label?: string | undefined;
}): string => (label === undefined ? `user:${userId}` : `user:${userId}:${label}`);

/** Names a connection by its id on gateways, whose query is Microsoft's alone. */
export const connectionHeader = "x-azure-connection";
