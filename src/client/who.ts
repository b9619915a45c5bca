import { userConnectionId } from "../contract/connection-owner.ts";
import type { WorkerCall } from "./requests.ts";
import { segment } from "./url-text.ts";

/** A user's connection: their first account, or a labelled one. */
export interface Owner {
  userId: string;
  label?: string | undefined;
}

/** A tenant's connection, which needs the scope `admin`. */
export interface TenantOwner {
  /** GUID. */
  tenantId: string;
  /** The user whose own data are meant, by id or sign-in name. */
  as?: string | undefined;
}

/** Which connection is meant: a user's (their first account, or a labelled one), a tenant's, or any by its id. */
export type Who =
  | Owner
  | TenantOwner
  /** `user:{user_id}[:{label}]`, `tenant:{tenant_id}`; the latter with `as`, as above. */
  | { connection: string; as?: string | undefined };

/** The id of a connection: `user:{user_id}[:{label}]`, `tenant:{tenant_id}`. */
export function connectionIdOf(who: Who): string {
  if ("userId" in who) return userConnectionId(who);
  return "connection" in who ? who.connection : `tenant:${who.tenantId}`;
}

/** Where the connection is among the routes. @throws AzureError `invalid_request` for what is no id */
export const connectionPath = (who: Who): string =>
  `/connections/${segment("connection", connectionIdOf(who))}`;

/** A call of a route without an id in its path: its query says the same. */
export const askedOf = (call: WorkerCall, who: Who): WorkerCall => ({
  ...call,
  query: {
    ...("userId" in who
      ? { user_id: who.userId, label: who.label }
      : { connection: connectionIdOf(who), as: who.as }),
    ...call.query,
  },
});
